use super::*;

fn read(text: &str) -> Result<Vec<ResourceType>> {
    read::types(text)
}

/// A file with one resource, `Thing`, that has this action.
fn with_action(action: &str) -> String {
    format!(r#"{{"service": {{}}, "resources": {{"Thing": {{"identifiers": [{{"name": "Id"}}], "actions": {{"Do": {action}}}}}}}}}"#)
}

#[test]
fn invalid_definitions_are_reported_with_their_path() {
    let param = |param: &str| with_action(&format!(r#"{{"request": {{"operation": "Do", "params": [{param}]}}}}"#));
    let resource = |resource: &str| with_action(&format!(r#"{{"request": {{"operation": "Do"}}, "resource": {resource}}}"#));
    let cases = [
        ("{".to_owned(), "the file is not JSON: "),
        (r#"{"resources": {}}"#.to_owned(), r#": the key "service" is missing"#),
        (r#"{"service": []}"#.to_owned(), "service: it must be an object, not list"),
        (with_action("{}"), r#"resources.Thing.actions.Do: the key "request" is missing"#),
        (with_action(r#"{"request": {"operation": ""}}"#), "resources.Thing.actions.Do.request.operation: it must be a string, not empty"),
        (param(r#"{"target": "A[", "source": "input"}"#), "resources.Thing.actions.Do.request.params[0].target: each part of a target"),
        (
            param(r#"{"target": "A[99999]", "source": "input"}"#),
            "resources.Thing.actions.Do.request.params[0].target: each part of a target",
        ),
        (param(r#"{"target": "A", "source": "magic"}"#), "resources.Thing.actions.Do.request.params[0].source: a parameter has no source"),
        (
            param(r#"{"target": "A", "source": "identifier", "name": "Idd"}"#),
            r#"resources.Thing.actions.Do.request.params[0].name: Thing has no identifier "Idd". Did you mean Id?"#,
        ),
        (param(r#"{"target": "A", "source": "data", "path": "a["}"#), "resources.Thing.actions.Do.request.params[0].path: syntax"),
        (resource(r#"{"type": "Thng"}"#), r#"resources.Thing.actions.Do.resource.type: there is no resource "Thng". Did you mean Thing?"#),
        (
            resource(r#"{"type": "Thing", "identifiers": [{"target": "Name", "source": "response", "path": "Name"}]}"#),
            r#"resources.Thing.actions.Do.resource.identifiers[0].target: Thing has no identifier "Name""#,
        ),
        (
            r#"{"service": {"hasMany": {"Things": {"request": {"operation": "List"}}}}}"#.to_owned(),
            r#"service.hasMany.Things: the key "resource" is missing"#,
        ),
    ];
    for (text, begin) in cases {
        let error = read(&text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDefinition);
        assert!(error.message().starts_with(begin), "{} instead of {begin}", error.message());
    }
}

#[test]
fn load_must_not_depend_on_what_it_loads() {
    let load = r#"{"request": {"operation": "Get", "params": [{"target": "A", "source": "data", "path": "B"}]}}"#;
    let error = read(&format!(r#"{{"service": {{}}, "resources": {{"Thing": {{"load": {load}}}}}}}"#)).unwrap_err();
    assert!(error.message().starts_with("resources.Thing.load: "), "{error}");
}

#[test]
fn a_service_leads_to_every_type_and_the_later_of_two_names_wins() {
    let has = r#"{"Pair": {"resource": {"type": "PairInfo", "identifiers": [{"target": "Whatever", "source": "input"}]}}}"#;
    let text = format!(r#"{{"service": {{"has": {has}}}, "resources": {{"Pair": {{}}, "PairInfo": {{}}, "Other": {{}}}}}}"#);
    let types = read(&text).unwrap();
    let ways: Vec<_> = types[0].has.iter().map(|has| (has.name.as_str(), types[has.resource.resource_type].name.as_str())).collect();
    assert_eq!(ways, [("Pair", "PairInfo"), ("Other", "Other")]);
}

#[test]
fn a_relation_that_needs_data_is_a_reference() {
    let identifiers = |source: &str| format!(r#"[{{"target": "Id", "source": "{source}", "path": "Things[].Id"}}]"#);
    let has = |source: &str| format!(r#"{{"resource": {{"type": "Thing", "identifiers": {}, "path": "Things[]"}}}}"#, identifiers(source));
    let text = format!(
        r#"{{"service": {{}}, "resources": {{"Thing": {{"identifiers": [{{"name": "Id"}}],
            "has": {{"NextThing": {}, "OtherThing": {}}}}}}}}}"#,
        has("data"),
        has("input")
    );
    let types = read(&text).unwrap();
    let ways: Vec<_> = types[1].has.iter().map(|has| (has.name.as_str(), has.is_reference, has.resource.rows.is_some())).collect();
    assert_eq!(ways, [("next_thing", true, true), ("OtherThing", false, false)]);
}
