//! `emr-containers update-role-trust-policy`: lets jobs of a namespace in an EKS cluster assume a role.

use super::custom::{Line, Options};
use super::words::Arity;
use crate::cli::failure::{Failure, Result};
use crate::cli::{interrupt, output};
use crate::value;
use crate::value::List;

pub(super) const OPTIONS: Options = &[
    ("cluster-name", Arity::One, "The EKS cluster."),
    ("namespace", Arity::One, "The namespace of the jobs."),
    ("role-name", Arity::One, "The role that the jobs assume."),
    ("iam-endpoint", Arity::One, "Another endpoint of IAM."),
    ("dry-run", Arity::None, "Prints the new trust policy and does not store it."),
];

/// Adds a statement to the trust policy of the role, unless it is there.
///
/// # Errors
/// If the cluster has no OpenID Connect issuer; the failure of a call.
pub(super) fn update(line: &Line) -> Result<()> {
    let cluster = line.required("cluster-name");
    let found = interrupt::call(&line.client("eks")?.build()?, "describe_cluster", value!({"name": cluster}))?;
    let found = &found["cluster"];
    let arn: Vec<&str> = found["arn"].as_str().unwrap_or_default().split(':').collect();
    let issuer = found["identity"]["oidc"]["issuer"].as_str().and_then(|url| url.strip_prefix("https://"));
    let (Some(issuer), [_, partition, _, _, account, ..]) = (issuer, &arn[..]) else {
        return Err(Failure::general(format!("The cluster {cluster} has no OpenID Connect issuer.")));
    };
    let role = line.required("role-name");
    let account_of_jobs = format!("system:serviceaccount:{}:emr-containers-sa-*-*-{account}-{}", line.required("namespace"), base36(role));
    let mut condition = value!({});
    condition[format!("{issuer}:sub").as_str()] = account_of_jobs.into();
    let statement = value!({
        "Effect": "Allow",
        "Principal": {"Federated": format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": condition},
    });
    let mut iam = line.client("iam")?;
    if let Some(url) = line.text("iam-endpoint") {
        iam = iam.endpoint_url(url);
    }
    let iam = iam.build()?;
    let mut policy = interrupt::call(&iam, "get_role", value!({"RoleName": role}))?["Role"]["AssumeRolePolicyDocument"].clone();
    let mut statements: List = policy["Statement"].as_list().cloned().unwrap_or_default();
    if statements.contains(&statement) {
        return Ok(output::lines([format!("Trust policy statement already exists for role {role}. No changes were made!")])?);
    }
    statements.push(statement);
    policy["Statement"] = statements.into();
    if line.has("dry-run") {
        return Ok(output::plain_json(&policy)?);
    }
    let params = value!({"RoleName": role, "PolicyDocument": policy.to_json_text(false)});
    interrupt::call(&iam, "update_assume_role_policy", params)?;
    Ok(output::lines([format!("Successfully updated trust policy of role {role}")])?)
}

/// The bytes of a text, read as one number, in base 36. EMR names its service accounts that way.
fn base36(text: &str) -> String {
    let mut number = text.as_bytes().to_vec();
    let mut digits = Vec::new();
    while number.iter().any(|byte| *byte > 0) {
        let mut rest = 0;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = (value / 36) as u8;
            rest = value % 36;
        }
        digits.extend(char::from_digit(rest, 36));
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_roles_are_numbers_in_base_36() {
        for (name, expected) in
            [("A", "1t"), ("zz", "o6y"), ("Jobs_1", "t0dt8nt4h"), ("Role-With.Dots_and@x", "9mnn98kksqypp9xuf4xfi7vbekzrtdk"), ("", "")]
        {
            assert_eq!(base36(name), expected);
        }
    }
}
