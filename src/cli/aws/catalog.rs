//! `servicecatalog generate product` and `servicecatalog generate provisioning-artifact`: from a template in a local file.

use super::custom::{Line, Options};
use super::globals::invalid_choice;
use super::words::Arity;
use super::{files, values};
use crate::Transfer;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::{List, Map, Value};

pub(super) const OPTIONS: Options = &[
    ("file-path", Arity::One, "The template."),
    ("bucket-name", Arity::One, "The bucket for the template."),
    ("provisioning-artifact-name", Arity::One, "The name of the version."),
    ("provisioning-artifact-description", Arity::One, "The description of the version."),
    ("provisioning-artifact-type", Arity::One, "The type of the version, for example CLOUD_FORMATION_TEMPLATE."),
    ("product-id", Arity::One, "provisioning-artifact: the product."),
    ("product-name", Arity::One, "product: its name."),
    ("product-owner", Arity::One, "product: its owner."),
    ("product-type", Arity::One, "product: CLOUD_FORMATION_TEMPLATE or MARKETPLACE."),
    ("product-description", Arity::One, "product: its description."),
    ("product-distributor", Arity::One, "product: its distributor."),
    ("tags", Arity::Many, "product: Key=KEY,Value=VALUE …"),
    ("support-description", Arity::One, "product: how to get support."),
    ("support-email", Arity::One, "product: the address for support."),
];
pub(super) const REQUIRED: &[&str] =
    &["file-path", "bucket-name", "provisioning-artifact-name", "provisioning-artifact-description", "provisioning-artifact-type"];

const PRODUCT_TYPES: [&str; 2] = ["CLOUD_FORMATION_TEMPLATE", "MARKETPLACE"];

/// Uploads the template, and creates a product with it or a new version of a product.
///
/// # Errors
/// A usage failure for a missing option or file; the failure of a call.
pub(super) fn generate(line: &Line) -> Result<()> {
    let (operation, required): (&str, &[&str]) = match line.positional()[0].as_str() {
        "product" => ("create_product", &["product-name", "product-owner", "product-type"]),
        "provisioning-artifact" => ("create_provisioning_artifact", &["product-id"]),
        other => {
            return Err(Failure::usage(format!(
                "argument generate: Invalid choice: '{other}', valid choices are: product, provisioning-artifact"
            )));
        }
    };
    let missing: Vec<String> = required.iter().filter(|name| !line.has(name)).map(|name| format!("--{name}")).collect();
    if !missing.is_empty() {
        return Err(Failure::usage(format!("the following arguments are required: {}", missing.join(", "))));
    }
    if let Some(kind) = line.text("product-type").filter(|kind| !PRODUCT_TYPES.contains(kind)) {
        return Err(invalid_choice("product-type", kind, &PRODUCT_TYPES));
    }
    let params = params(line, operation)?;
    let (path, bucket) = (files::expand(line.required("file-path")), line.required("bucket-name"));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let template = std::fs::read(&path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))?;
    let s3 = line.client("s3")?.build()?;
    Transfer::new(&s3).cancel(interrupt::cancel()).upload_fileobj(&template[..], bucket, name)?;
    let catalog = line.client("servicecatalog")?.build()?;
    let mut made = interrupt::call(&catalog, operation, params)?;
    made.as_map_mut().map(|made| made.remove("ResponseMetadata"));
    Ok(output::plain_json(&super::run::presentable(made))?)
}

fn params(line: &Line, operation: &str) -> Result<Value> {
    let text = |option: &str| line.required(option);
    let name = text("file-path").rsplit('/').next().unwrap_or_default();
    let url = format!("https://s3.amazonaws.com/{}/{name}", text("bucket-name"));
    let artifact = value!({
        "Name": text("provisioning-artifact-name"),
        "Description": text("provisioning-artifact-description"),
        "Info": {"LoadTemplateFromURL": url},
        "Type": text("provisioning-artifact-type"),
    });
    if operation == "create_provisioning_artifact" {
        return Ok(value!({"ProductId": text("product-id"), "Parameters": artifact}));
    }
    let tags = line.list("tags").unwrap_or_default().iter().map(|word| values::untyped(word)).collect::<Result<List>>()?;
    let mut params = Map::from_iter([
        ("Name", Value::from(text("product-name"))),
        ("Owner", text("product-owner").into()),
        ("ProductType", text("product-type").into()),
        ("Tags", tags.into()),
        ("ProvisioningArtifactParameters", artifact),
    ]);
    for (option, member) in [
        ("product-description", "Description"),
        ("product-distributor", "Distributor"),
        ("support-description", "SupportDescription"),
        ("support-email", "SupportEmail"),
    ] {
        line.text(option).into_iter().for_each(|text| drop(params.insert(member, text)));
    }
    Ok(params.into())
}
