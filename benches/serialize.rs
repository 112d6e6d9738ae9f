//! What writing a request costs: a DynamoDB PutItem (json) and an EC2 RunInstances (ec2), from the parameters to the
//! body's bytes. `cargo bench --bench serialize`

use std::hint::black_box;
use std::time::Instant;

use tucuxi::Definitions;
use tucuxi::unversioned::protocol::serialize::{SerializedBody, form_urlencode, serialize};
use tucuxi::{Value, value};

const ROUNDS: u32 = 100_000;

fn main() -> Result<(), tucuxi::Error> {
    measure("dynamodb", "PutItem", &put_item())?;
    measure("ec2", "RunInstances", &run_instances())
}

fn measure(service: &str, operation: &str, input: &Value) -> Result<(), tucuxi::Error> {
    let service = Definitions::embedded().service(service, None)?;
    let operation = service.operation(operation)?;
    let input = input.as_map().expect("the parameters are a map");
    let mut length = 0;
    let start = Instant::now();
    for _ in 0..ROUNDS {
        let request = serialize(&service, operation, &operation.request_uri, black_box(input))?;
        length = match request.body {
            SerializedBody::Bytes(bytes) => bytes.len(),
            SerializedBody::Form(pairs) => form_urlencode(&pairs).len(),
            _ => 0,
        };
    }
    let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS);
    println!("{}.{}: {micros:.2} µs for {length} bytes", service.name(), operation.name);
    Ok(())
}

fn put_item() -> Value {
    let tracks: Value =
        (0..10).map(|i| value!({"M": {"Title": {"S": format!("Track {i}")}, "Seconds": {"N": (180 + i).to_string()}}})).collect();
    value!({
        "TableName": "music",
        "Item": {
            "Artist": {"S": "Hermeto Pascoal"},
            "Album": {"S": "Slaves Mass"},
            "Year": {"N": "1977"},
            "Live": {"BOOL": false},
            "Cover": {"B": vec![7_u8; 300]},
            "Genres": {"SS": ["jazz", "forró", "choro"]},
            "Tracks": {"L": tracks},
        },
        "ConditionExpression": "attribute_not_exists(Artist)",
        "ReturnValues": "NONE",
    })
}

fn run_instances() -> Value {
    let tags: Value = (0..10).map(|i| value!({"Key": format!("tag {i}"), "Value": format!("value/{i}")})).collect();
    value!({
        "ImageId": "ami-0abcdef1234567890",
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 3,
        "SecurityGroupIds": ["sg-1", "sg-2"],
        "BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 20, "DeleteOnTermination": true, "VolumeType": "gp3"}}],
        "TagSpecifications": [{"ResourceType": "instance", "Tags": tags}],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
    })
}
