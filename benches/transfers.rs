//! Managed transfers against a server at the given address, for `benches/transfers.py`, which compares them with other clients.
//!
//! `cargo bench --bench transfers -- --workload up_256m --endpoint http://127.0.0.1:8900 --dir FOLDER` prints one line of JSON with
//! the wall time, the CPU time, and the peak memory of the process. The server answers requests for `…/blob-N` with N bytes.
//! `--ca FILE` is the certificate of an https server.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use tucuxi::{Client, Credentials, Environment, Location, Plan, PlanOptions, Session, Transfer, Value, value};

const BUCKET: &str = "bench-bucket";
const COUNT: usize = 10_000;

fn main() -> tucuxi::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let argument = |name: &str| arguments.iter().position(|word| word == name).and_then(|at| arguments.get(at + 1)).cloned();
    let (Some(workload), Some(endpoint), Some(folder)) = (argument("--workload"), argument("--endpoint"), argument("--dir")) else {
        println!("usage: --workload up_256m|down_256m|up_2g|down_2g|up_10000|down_10000|sync --endpoint URL --dir FOLDER [--ca FILE]");
        return Ok(());
    };
    let s3 = Session::builder()
        .environment(Environment::empty())
        .region("us-east-1")
        .credentials(Credentials::new("AKIDEXAMPLE", "secret"))
        .build()?
        .client_with(
            "s3",
            value!({"endpoint_url": endpoint, "verify": argument("--ca"), "config": {"s3": {"addressing_style": "path"}}}),
        )?;
    let (cpu, begun) = (cpu_seconds(), Instant::now());
    let bytes = run(&workload, &s3, &PathBuf::from(folder))?;
    let (wall, cpu) = (begun.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let line = value!({"peer": "tucuxi", "workload": workload, "bytes": bytes, "total_s": wall, "cpu_s": cpu, "max_rss_kb": peak_memory()});
    println!("{}", serde_json::to_string(&line).expect("it is JSON"));
    Ok(())
}

fn run(workload: &str, s3: &Client, folder: &Path) -> tucuxi::Result<u64> {
    let transfer = Transfer::new(s3);
    let large = if workload.ends_with("_2g") { "blob-2147483648" } else { "blob-268435456" };
    match workload {
        "up_256m" | "up_2g" => {
            transfer.upload_file(folder.join(large), BUCKET, "up")?;
            Ok(fs::metadata(folder.join(large))?.len())
        }
        "down_256m" | "down_2g" => {
            transfer.download_file(BUCKET, large, folder.join("out"))?;
            Ok(fs::metadata(folder.join("out"))?.len())
        }
        "sync" => {
            let (source, target) = (Location::file(folder.join("small")), Location::object(BUCKET, "small"));
            let report = transfer.sync(&source, &target, &PlanOptions::new())?.check()?;
            assert_eq!(report.objects, 0, "nothing has changed");
            Ok(0)
        }
        "up_10000" => Ok(transfer.upload_dir(folder.join("small"), BUCKET, "small", &PlanOptions::new())?.check()?.bytes),
        "down_10000" => Ok(transfer.execute(&downloads(&folder.join("small-out"))?)?.check()?.bytes),
        _ => Err(tucuxi::Error::new(tucuxi::ErrorKind::ParamValidation, format!("There is no workload {workload:?}."))),
    }
}

/// The server lists other keys than those that it knows, so the plan is made here.
fn downloads(folder: &Path) -> tucuxi::Result<Plan> {
    let items = (0..COUNT).map(|number| {
        // The server reads the size from the name, in which zeros at the front do not count.
        let name = format!("{}/blob-{}4096", number % 100, "0".repeat(number / 100));
        let (source, target) = (format!("s3://{BUCKET}/{name}"), folder.join(name).display().to_string());
        value!({"action": "download", "source": source, "target": target, "size": 4096})
    });
    Plan::from_value(&value!({"version": 1, "folder": folder.display().to_string(), "items": items.collect::<Value>()}))
}

/// User and system time of this process; 0 where `/proc` does not exist.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may contain spaces. Times are in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
