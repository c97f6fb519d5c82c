//! A SAM template as JSON, in which `!Ref X` is written out as `{"Ref": "X"}`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use serde_norway::Value as Yaml;

use crate::Outcome;

/// One template, and what tests ask it.
pub(crate) struct Template {
    /// Its path below the repository's root.
    pub(crate) name: String,
    json: Json,
}

impl Template {
    /// Latchkey's own.
    pub(crate) fn latchkey() -> Outcome<Self> {
        Self::read("template.yaml")
    }

    /// Latchkey's own and those of the examples.
    pub(crate) fn all() -> Outcome<Vec<Self>> {
        let mut templates = vec![Self::latchkey()?];
        for example in fs::read_dir(root().join("examples"))? {
            let name = format!("examples/{}/template.yaml", example?.file_name().to_string_lossy());
            if root().join(&name).exists() {
                templates.push(Self::read(&name)?);
            }
        }
        Ok(templates)
    }

    /// The one at a path below the repository's root.
    pub(crate) fn read(name: &str) -> Outcome<Self> {
        let yaml: Yaml = serde_norway::from_str(&fs::read_to_string(root().join(name))?)?;
        Ok(Self { name: name.to_owned(), json: written_out(yaml)? })
    }

    /// A top-level section: `Parameters`, `Outputs`, …
    pub(crate) fn section(&self, name: &str) -> &Json {
        &self.json[name]
    }

    /// A resource, with its type and attributes.
    pub(crate) fn resource(&self, id: &str) -> &Json {
        &self.json["Resources"][id]
    }

    /// The resources of one type: logical id and properties.
    pub(crate) fn resources(&self, kind: &str) -> BTreeMap<&str, &Json> {
        let all = self.json["Resources"].as_object().into_iter().flatten();
        all.filter(|(_, resource)| resource["Type"] == kind)
            .map(|(id, resource)| (id.as_str(), &resource["Properties"]))
            .collect()
    }

    /// Lambda functions: logical id and properties.
    pub(crate) fn functions(&self) -> BTreeMap<&str, &Json> {
        self.resources("AWS::Serverless::Function")
    }

    /// Whether an `ApiId` is that of a WebSocket API.
    pub(crate) fn is_websocket(&self, api: &Json) -> bool {
        self.resource(api["Ref"].as_str().unwrap_or_default())["Properties"]["ProtocolType"] == "WEBSOCKET"
    }

    /// The function behind an integration; those of WebSocket APIs have it within a URI.
    pub(crate) fn integrated<'a>(&self, integration: &'a Json) -> &'a str {
        let uri = &integration["IntegrationUri"];
        let within = |uri: &'a str| uri.split_once("/functions/${")?.1.strip_suffix(".Arn}/invocations");
        uri["Fn::GetAtt"][0].as_str().or_else(|| within(uri["Fn::Sub"].as_str()?)).unwrap_or_default()
    }

    /// The routes of a WebSocket API to an integration, as the ARN of a request to one ends.
    pub(crate) fn routes_to(&self, integration: &str) -> Vec<String> {
        let target = format!("integrations/${{{integration}}}");
        let routes = self.resources("AWS::ApiGatewayV2::Route").into_values();
        let routes = routes.filter(|route| route["Target"]["Fn::Sub"] == target);
        routes.map(|route| format!("/*/{}", route["RouteKey"].as_str().unwrap_or_default())).collect()
    }

    /// The folder of a function, which is also the name of its binary and of the operation.
    pub(crate) fn operation(&self, function: &str) -> String {
        let folder = self.resource(function)["Properties"]["CodeUri"].as_str().unwrap_or_default();
        folder.trim_start_matches("functions/").to_owned()
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// `["a", "b"]` and `"a"` are the same to CloudFormation where a list is expected.
pub(crate) fn list(value: &Json) -> Vec<&Json> {
    match value {
        Json::Array(items) => items.iter().collect(),
        Json::Null => Vec::new(),
        one => vec![one],
    }
}

fn written_out(value: Yaml) -> Outcome<Json> {
    Ok(match value {
        Yaml::Tagged(tagged) => {
            let name = tagged.tag.to_string().trim_start_matches('!').to_owned();
            function(&name, written_out(tagged.value)?)
        }
        Yaml::Sequence(items) => Json::Array(items.into_iter().map(written_out).collect::<Outcome<_>>()?),
        Yaml::Mapping(fields) => {
            let mut object = serde_json::Map::new();
            for (name, field) in fields {
                let name = name.as_str().ok_or("a key of the template is no text")?.to_owned();
                object.insert(name, written_out(field)?);
            }
            Json::Object(object)
        }
        scalar => serde_json::to_value(scalar)?,
    })
}

fn function(name: &str, argument: Json) -> Json {
    match (name, argument.as_str()) {
        ("Ref" | "Condition", _) => json!({ name: argument }),
        ("GetAtt", Some(path)) => json!({ "Fn::GetAtt": path.splitn(2, '.').collect::<Vec<_>>() }),
        _ => json!({ format!("Fn::{name}"): argument }),
    }
}
