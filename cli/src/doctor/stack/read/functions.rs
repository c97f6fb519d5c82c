//! ARN, log group and settings of every function.

use std::collections::BTreeMap;

use super::super::{Fact, Function};
use super::Resources;
use crate::aws::{Aws, said};

pub(super) async fn read(aws: &Aws, resources: &Resources) -> BTreeMap<String, Fact<Function>> {
    let mut functions = BTreeMap::new();
    for (id, name) in resources.of_type("AWS::Lambda::Function") {
        functions.insert(id.clone(), function(aws, name).await);
    }
    functions
}

/// Logical ids by ARN.
pub(super) fn by_arn(functions: &BTreeMap<String, Fact<Function>>) -> BTreeMap<String, String> {
    let known = functions.iter().filter_map(|(id, function)| Some((function.as_ref().ok()?.arn.clone(), id.clone())));
    known.collect()
}

async fn function(aws: &Aws, name: &str) -> Fact<Function> {
    let answer = aws.lambda().get_function_configuration().function_name(name).send().await;
    let answer = answer.map_err(|error| said(&error))?;
    let log_group = answer.logging_config().and_then(|logging| logging.log_group());
    let environment = answer.environment().and_then(|environment| environment.variables());
    Ok(Function {
        arn: answer.function_arn().unwrap_or_default().to_owned(),
        // Where Lambda writes when nothing else is said.
        log_group: log_group.map_or_else(|| format!("/aws/lambda/{name}"), str::to_owned),
        environment: environment.cloned().unwrap_or_default().into_iter().collect(),
    })
}
