//! The JSON Schema of a pack's TOML files, for editors. The closed words are read from the domain itself, so the
//! schema cannot fall behind: a test compares it with the shipped packs.

use huiyin_domain::clock::{Basis, ClockKind, PeriodUnit};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::payload::Field;
use huiyin_domain::posts::{Power, UnitRole};
use huiyin_domain::procedure::{EscalateTo, Fact, HandTo, Phase, Relation, Verb};
use huiyin_domain::reckon::Roll;
use huiyin_domain::submission::Channel;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The words of a closed list, as the reader itself names them.
fn words<T: DeserializeOwned>() -> Vec<String> {
    let refusal =
        serde_json::from_value::<T>(Value::String("?".into())).err().map(|e| e.to_string()).unwrap_or_default();
    refusal.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}

fn one_of<T: DeserializeOwned>() -> Value {
    json!({ "enum": words::<T>() })
}

/// The shape of a move.
fn step(label: &Value, needs: &Value, variant: Value) -> Value {
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let facts = json!({ "type": "array", "items": one_of::<Fact>() });
    object(
        &["id", "verb", "title", "done", "from", "by", "basis"],
        json!({
            "id": text, "verb": one_of::<Verb>(), "title": label, "done": label, "from": list, "by": { "type": "array", "items": one_of::<Relation>() },
            "when": list, "to": text, "needs": needs, "start": list, "discharge": list, "close": list, "stop": list, "resume": list, "pass": list, "extend": text, "party": one_of::<Relation>(), "variant": { "type": "array", "items": variant },
            "sets": facts, "clears": facts, "hand_to": one_of::<HandTo>(), "document": text, "for_one": { "type": "boolean" }, "signed": { "type": "boolean" }, "private_to": one_of::<Relation>(), "clause": text,
            "basis": one_of::<Basis>(), "tells": { "type": "boolean" }, "hides": list, "confirm": label, "hint": label,
        }),
    )
}

/// The shape of the floor a law puts under packs over it.
fn floor(longest: Value, shortest: Value) -> Value {
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    object(
        &[],
        json!({
            "hearing_stops": list, "rights": { "type": "array", "items": one_of::<Verb>() }, "duty": { "type": "array", "items": longest },
            "right": { "type": "array", "items": shortest },
            "answer": { "type": "array", "items": object(&["paper", "contents"], json!({ "paper": text, "contents": list })) },
        }),
    )
}

/// A figure of the yearly report.
fn count(text: &Value, list: &Value) -> Value {
    let yes = json!({ "type": "boolean" });
    let phases = json!({ "type": "array", "items": one_of::<Phase>() });
    object(
        &["id"],
        json!({
            "id": text, "when": list, "phases": phases, "outcomes": list, "handed_over": yes, "annulled": yes,
            "clocks": list, "done": yes, "supports": one_of::<Field>(),
        }),
    )
}

/// Another length by night.
fn night(number: &Value) -> Value {
    let time = json!({ "type": "string", "pattern": "^\\d{2}:\\d{2}$" });
    object(&["from", "until", "length"], json!({ "from": time, "until": time, "length": number }))
}

/// The schema.
pub fn schema() -> Value {
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array", "items": { "type": "string" } });
    let label = json!({ "type": "object", "additionalProperties": text });
    let day = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" });
    let number = json!({ "type": "integer", "minimum": 0 });
    let fields = words::<Field>().join("|");
    let needs = json!({ "type": "array", "items": { "type": "string", "pattern": format!("^({fields})\\??(:.+)?$") } });
    let facts = json!({ "type": "array", "items": one_of::<Fact>() });
    let since = object(
        &["from", "length", "unit", "basis"],
        json!({ "from": day, "length": number, "unit": one_of::<PeriodUnit>(), "basis": one_of::<Basis>(), "clause": text, "night": night(&number) }),
    );
    let head = object(
        // A pack over another takes the rest from that one's head.
        &["id", "title", "force_from"],
        json!({
            "id": text, "kind": one_of::<ProceedingKind>(), "extends": text, "replaces": list, "title": label, "binding": text, "force_from": day, "calendar": text, "initial_office": text, "initial_office_clocks": list,
            "initial_direct": text, "initial_direct_clocks": list, "initial_above_clocks": list, "initial_sealed": text, "initial_sealed_clocks": list,
            "hops_before_dispute": number, "keep_years": number, "most_representatives": number, "most_agents": number, "earliest_receipt": day, "imported_ended": text, "imported_accepted": text, "imported_accepted_clocks": list,
            "published": list, "succession_clause": text, "void_check_one_in": number, "new_code_waits": number,
        }),
    );
    let clock = object(
        &["id", "kind", "title", "plain", "bound", "post", "unit", "basis", "start"],
        json!({
            "id": text, "kind": one_of::<ClockKind>(), "title": label, "plain": label, "bound": one_of::<Relation>(), "post": text,
            "length": number, "unit": one_of::<PeriodUnit>(), "roll": one_of::<Roll>(), "basis": one_of::<Basis>(), "clause": text, "start": text,
            "only_if": one_of::<Fact>(), "warn_days": number, "extension": number, "extensions": number, "consequence": text, "between_offices": { "type": "boolean" }, "since": { "type": "array", "items": since }, "night": night(&number),
        }),
    );
    let variant = object(
        &["field", "is"],
        json!({ "field": one_of::<Field>(), "is": text, "when": list, "document": text, "done": label, "clause": text }),
    );
    let step = step(&label, &needs, variant);
    let state = object(
        &["id", "phase", "title", "plain"],
        json!({ "id": text, "phase": one_of::<Phase>(), "title": label, "plain": label }),
    );
    let paper = object(
        &["id", "title", "code", "from", "template"],
        json!({ "id": text, "title": label, "code": text, "from": one_of::<Relation>(), "to": one_of::<Relation>(), "unaddressed": { "type": "boolean" }, "copies": { "type": "array", "items": one_of::<Relation>() }, "template": label }),
    );
    let keep = object(
        &["when", "basis"],
        json!({ "when": list, "years": number, "permanent": { "type": "boolean" }, "basis": one_of::<Basis>(), "clause": text }),
    );
    let escalation = object(
        &["after_working_days", "to"],
        json!({ "after_working_days": number, "to": one_of::<EscalateTo>(), "start": text }),
    );
    let amend = object(
        &["move"],
        json!({ "move": text, "from": list, "when": list, "needs": needs, "start": list, "discharge": list, "close": list, "sets": facts, "clears": facts }),
    );
    let limit = |length: &str| {
        object(
            &["clock", length, "unit", "clause"],
            json!({ "clock": text, length: number, "unit": one_of::<PeriodUnit>(), "clause": text }),
        )
    };
    let choice = choice(&label);
    let begin = begin(&label, &needs);
    let floor = floor(limit("longest"), limit("shortest"));
    let compartment =
        object(&["receivers", "clause"], json!({ "receivers": list, "by_office_alone": list, "clause": text }));
    let (post, unit_kind) = posts(&label);
    let numbering = object(&["form", "letters"], json!({ "form": text, "letters": text }));
    let clause = object(&["cite", "gist"], json!({ "cite": label, "gist": label }));
    let many = |of: Value| json!({ "type": "array", "items": of });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Huiyin pack",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "pack": head, "begin": many(begin), "post": many(post), "unit_kind": many(unit_kind), "choice": many(choice), "state": many(state), "clock": many(clock), "move": many(step), "escalation": many(escalation), "right": many(object(&["verb", "in"], json!({ "verb": one_of::<Verb>(), "in": list, "when": list }))),
            "paper": many(paper), "keep": many(keep), "count": many(count(&text, &list)), "report": many(object(&["title", "text"], json!({ "title": label, "text": label }))), "amend": many(amend), "change": many(change()), "remove": many(object(&["move"], json!({ "move": text }))), "floor": floor, "compartment": compartment, "numbering": numbering, "queue": queue(), "clause": { "type": "object", "additionalProperties": clause },
            "class": { "type": "object", "additionalProperties": list }, "case": { "type": "array", "items": { "type": "object", "required": ["id", "received", "step"] } },
        },
    })
}

fn queue() -> Value {
    let number = json!({ "type": "integer", "minimum": 1 });
    object(
        &["calls", "needs_in_a_row", "usual_minutes", "tickets_a_minute", "letters"],
        json!({
            "calls": number,
            "needs_in_a_row": number,
            "usual_minutes": number,
            "tickets_a_minute": number,
            "letters": { "type": "object", "additionalProperties": { "type": "string" } },
            "booking": object(
                &["service", "days_ahead", "grace_minutes", "near_minutes", "open_days", "telephone_days", "remind_hours"],
                json!({ "service": { "type": "string" }, "days_ahead": number, "grace_minutes": number, "near_minutes": number, "open_days": number, "telephone_days": number, "remind_hours": number }),
            ),
        }),
    )
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// Single keys of an entry of the base.
fn change() -> Value {
    let text = json!({ "type": "string" });
    object(&["of", "id", "set"], json!({ "of": text, "id": text, "set": { "type": "object" } }))
}

/// Posts and kinds of units.
fn posts(label: &Value) -> (Value, Value) {
    let text = json!({ "type": "string" });
    let list = json!({ "type": "array", "items": text });
    let post = object(
        &["id", "label", "may"],
        json!({ "id": text, "label": label, "may": { "type": "array", "items": one_of::<Power>() }, "deputies": list }),
    );
    (post, object(&["id", "label"], json!({ "id": text, "label": label, "role": one_of::<UnitRole>() })))
}

/// One word of a field that offers a choice.
fn choice(label: &Value) -> Value {
    let text = json!({ "type": "string" });
    object(
        &["of", "id", "label"],
        json!({
            "of": one_of::<Field>(), "id": text, "label": label, "clause": text, "supports": { "type": "boolean" }, "when": { "type": "array", "items": text },
            "needs": { "type": "array", "items": one_of::<Field>() }, "not_by": { "type": "array", "items": one_of::<Channel>() }, "given": one_of::<Field>(),
        }),
    )
}

/// How a proceeding that is no matter begins.
fn begin(label: &Value, needs: &Value) -> Value {
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 0 }));
    let list = json!({ "type": "array", "items": text });
    let every = object(
        &["months", "month", "day", "names"],
        json!({ "months": number, "month": number, "day": number, "names": { "enum": ["same_year", "next_year"] } }),
    );
    object(
        &["id", "title", "state", "clocks", "units"],
        json!({ "id": text, "title": label, "hint": label, "state": text, "clocks": list, "units": list, "needs": needs, "public": { "type": "boolean" }, "for_named": { "type": "boolean" }, "forgets": { "type": "boolean" }, "turns_back": list, "private_to": one_of::<Relation>(), "every": every }),
    )
}
