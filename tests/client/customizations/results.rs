//! Results.

use tucuxi::{Value, value};

use super::support::answered;

#[test]
fn policies_are_decoded_to_maps_everywhere() {
    let body = r#"<R><GetAccountAuthorizationDetailsResult><UserDetailList><member><UserPolicyList><member>
        <PolicyDocument>%7B%22b%22%3A%22x+y%22%2C%22a%22%3A1.5%7D</PolicyDocument></member></UserPolicyList></member></UserDetailList>
        <Policies><member><PolicyVersionList><member><Document>no JSON</Document></member></PolicyVersionList></member></Policies>
        </GetAccountAuthorizationDetailsResult></R>"#;
    let result = answered("iam", 200, &[], body).call("get_account_authorization_details", ()).unwrap();
    let document = &result["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"];
    assert_eq!(*document, value!({"b": "x+y", "a": 1.5}));
    assert_eq!(document.as_map().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(result["Policies"][0]["PolicyVersionList"][0]["Document"], Value::from("no JSON"));
}

#[test]
fn a_template_is_a_map_if_it_is_json() {
    let template = |body: &str| {
        let body = format!("<R><GetTemplateResult><TemplateBody>{body}</TemplateBody></GetTemplateResult></R>");
        answered("cloudformation", 200, &[], &body).call("get_template", value!({"StackName": "x"})).unwrap()["TemplateBody"].clone()
    };
    assert_eq!(template(r#"{"a":[1,2.5,null]}"#), value!({"a": [1, 2.5, null]}));
    assert_eq!(template("a: b"), Value::from("a: b"));
    assert_eq!(template("%7B%7D"), Value::from("%7B%7D"));
    assert_eq!(template(""), Value::from(""));
}

#[test]
fn console_output_is_decoded() {
    let output = |text: &str| {
        let body = format!("<r><output>{text}</output></r>");
        answered("ec2", 200, &[], &body).call("get_console_output", value!({"InstanceId": "i"})).unwrap()["Output"].clone()
    };
    assert_eq!(output("aGVsbG8="), Value::from("hello"));
    assert_eq!(output("/////w=="), Value::from("\u{fffd}\u{fffd}\u{fffd}\u{fffd}"));
    assert_eq!(output("aGk"), Value::from("aGk"));
}
