//! `configure import` (keys from the console's CSV file) and `configure add-model` (a service definition).

use std::io::Write as _;

use super::super::files::{self, Content};
use super::Line;
use super::file::Section;
use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::cli::replace_file::ReplaceFile;
use crate::value::Value;

/// Writes a profile for each user of a CSV file with the columns `User name`, `Access key ID`, and `Secret access key`.
///
/// # Errors
/// 252 for a file without these columns, or for a row without one of the values.
pub(super) fn credentials(line: &Line) -> Result<()> {
    let word = line.text("csv").ok_or_else(|| Failure::usage("the following arguments are required: --csv"))?;
    let Content::Text(text) = files::load(word)? else { return Err(Failure::usage("--csv must be text: use file:// for a file.")) };
    let mut rows = text.trim_start_matches('\u{feff}').lines().map(fields);
    let header: Vec<String> = rows.next().unwrap_or_default().iter().map(|name| name.to_lowercase()).collect();
    let columns = ["user name", "access key id", "secret access key"].map(|name| {
        let missing = || Failure::usage(format!("Expected header \"{name}\" not found. Did you mean file://{word}?"));
        header.iter().position(|column| column == name).ok_or_else(missing)
    });
    let [user, key, secret] = columns;
    let columns = [user?, key?, secret?];
    let prefix = line.text("profile-prefix").unwrap_or_default();
    let mut imported = 0;
    for (number, row) in rows.enumerate().filter(|(_, row)| row.iter().any(|field| !field.is_empty())) {
        let [user, key, secret] = columns.map(|at| row.get(at).map_or("", String::as_str));
        if user.is_empty() || key.is_empty() || secret.is_empty() {
            if line.has("skip-invalid") {
                continue;
            }
            return Err(Failure::usage(format!("Row {} of the CSV has an empty value. --skip-invalid skips such rows.", number + 2)));
        }
        let section = Section::of_credentials(&format!("{prefix}{user}"))?;
        section.set(&[("aws_access_key_id", key), ("aws_secret_access_key", secret)])?;
        imported += 1;
    }
    Ok(output::lines([format!("Successfully imported {imported} profile(s)")])?)
}

fn fields(line: &str) -> Vec<String> {
    line.split(',').map(|field| field.trim().trim_matches('"').to_owned()).collect()
}

/// Copies a service definition to `~/.aws/models`, where it is found under its service's name.
///
/// # Errors
/// 252 for a text that is no definition of a service.
pub(super) fn model(line: &Line) -> Result<()> {
    let word = line.text("service-model").ok_or_else(|| Failure::usage("the following arguments are required: --service-model"))?;
    let Content::Text(text) = files::load(word)? else {
        return Err(Failure::usage("--service-model must be text: use file:// for a file."));
    };
    let model: Value = super::super::values::json(&text)?;
    let metadata = |name: &str| model["metadata"][name].as_str().map(str::to_owned);
    let version = metadata("apiVersion").filter(|version| is_file_name(version));
    let Some(version) = version.filter(|_| model["operations"].as_map().is_some()) else {
        return Err(Failure::usage("--service-model is not a service definition: it needs operations and metadata.apiVersion."));
    };
    let named = line.text("service-name").map(str::to_owned);
    let name = named
        .or_else(|| metadata("serviceId").map(|id| id.to_lowercase().replace(' ', "-")))
        .or_else(|| metadata("endpointPrefix"))
        .filter(|name| is_file_name(name));
    let Some(name) = name else { return Err(Failure::usage("The definition has no name. Give one with --service-name.")) };
    let path = files::expand("~/.aws/models").join(&name).join(version).join("service-2.json");
    let write = || {
        std::fs::create_dir_all(path.parent().unwrap_or(&path))?;
        let mut file = ReplaceFile::create(&path)?;
        file.write_all(text.as_bytes())?;
        file.finish()
    };
    write().map_err(|error| Failure::general(format!("{}: {error}", path.display())))
}

fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) && !name.starts_with('.')
}
