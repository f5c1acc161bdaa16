//! The proof holds for every shipped pack, and catches a deliberately broken pack for each property.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod shipped;

use huiyin_rules::{PackFiles, Property, Refutation, prove, read_pack, read_pack_over};

/// The shipped pack with one text changed; the change must be there to be made.
fn broken(file: &str, from: &str, to: &str) -> PackFiles {
    let mut files = shipped::pack("cn/petition/2022");
    let text = files.files.get_mut(file).unwrap();
    assert!(text.contains(from), "`{from}` is not in {file}");
    *text = text.replacen(from, to, 1);
    files
}

fn refuted(files: &PackFiles, property: Property) -> Refutation {
    let pack = read_pack(files).unwrap_or_else(|e| panic!("{e}"));
    let proof = prove(&pack.book).unwrap();
    proof
        .refutations
        .into_iter()
        .find(|r| r.property == property)
        .unwrap_or_else(|| panic!("{property:?} was not refuted"))
}

#[test]
fn every_shipped_pack_is_proved() {
    let base = shipped::pack("cn/petition/2022");
    for id in [
        "cn/petition/2022",
        "cn/petition-local/2023",
        "cn/welfare/2024",
        "in/cpgrams/2024",
        "cn/office/2022",
        "cn/meeting/2022",
    ] {
        let own = shipped::pack(id);
        let pack = read_pack_over(&own, Some(&base).filter(|_| huiyin_rules::base_of(&own).is_some()))
            .unwrap_or_else(|e| panic!("{e}"));
        let proof = prove(&pack.book).unwrap();
        assert_eq!(proof.refutations, [], "{id}");
        assert!(proof.states > 100 || !id.starts_with("cn/petition"), "{id}: {} states", proof.states);
    }
}

#[test]
fn property_1_a_state_with_no_way_on() {
    // Guided matters can never be ended.
    let mut pack = shipped::pack("cn/petition/2022");
    let text = pack.files["moves.toml"].replace(
        "from = [\"guided\"]\nby = [\"holder\"]\nto = \"replied\"",
        "from = [\"guided\"]\nby = [\"petitioner\"]\nto = \"replied\"",
    );
    pack.files.insert("moves.toml".into(), text);
    let found = refuted(&pack, Property::EndReachable);
    assert!(found.message.to_string().contains("`guided`"), "{found}");
    assert!(found.path.last().unwrap().to_string().contains("`guide`"), "{found}");
    assert!(found.path.len() <= 3, "not the shortest path: {found}");
}

#[test]
fn property_2_nobody_waits_on_nobody() {
    let found = refuted(
        &broken("moves.toml", "start = [\"follow_guided\", \"conclude_guided\"]\n", ""),
        Property::NobodyWaitsOnNobody,
    );
    assert!(found.message.to_string().contains("`guided`"), "{found}");
    // A petitioner's right does not count as somebody's duty.
    let mut right = shipped::pack("cn/petition/2022");
    let text =
        right.files["moves.toml"].replace("start = [\"ask_review\", \"close_file\"]", "start = [\"ask_review\"]");
    right.files.insert("moves.toml".into(), text);
    assert!(refuted(&right, Property::NobodyWaitsOnNobody).message.to_string().contains("`served`"));
}

#[test]
fn property_3_a_clock_nobody_bound_can_discharge() {
    let found = refuted(
        &broken(
            "supervision.toml",
            "by = [\"holder_head\", \"overseer\"]\nwhen = [\"in_charge\"]\nneeds = [\"on_day\", \"summary\"]",
            "by = [\"overseer\"]\nwhen = [\"in_charge\"]\nneeds = [\"on_day\", \"summary\"]",
        ),
        Property::ClockDischargeable,
    );
    assert!(
        found.message.to_string().contains("`leader_visit`") && found.message.to_string().contains("`holder`"),
        "{found}"
    );
}

#[test]
fn property_4_an_end_without_an_answer() {
    let found = refuted(
        &broken(
            "moves.toml",
            "from = [\"served\", \"review_served\"]\nby = [\"holder\"]",
            "from = [\"served\", \"review_served\", \"accepted\"]\nby = [\"holder\"]",
        ),
        Property::AnsweredBeforeEnd,
    );
    assert!(found.message.to_string().contains("`end`"), "{found}");
    // An answer that makes no paper is none.
    let bare = refuted(&broken("accusations.toml", "document = \"hand_up\"\n", ""), Property::AnsweredBeforeEnd);
    assert!(bare.message.to_string().contains("`hand_up`"), "{bare}");
}

#[test]
fn property_5_a_right_that_is_not_open() {
    let open = "from = [\"*\", \"archived\", \"voided\"]\nby = [\"petitioner\"]";
    let found = refuted(
        &broken("supervision.toml", open, "from = [\"*\", \"voided\"]\nby = [\"petitioner\"]"),
        Property::RightsOpen,
    );
    assert!(
        found.message.to_string().contains("`complain`") && found.message.to_string().contains("`archived`"),
        "{found}"
    );
}

#[test]
fn property_6_a_clause_that_does_not_exist() {
    let errors = read_pack(&broken("moves.toml", "clause = \"22\"", "clause = \"222\"")).unwrap_err();
    let first = &errors.0[0];
    assert!(first.file == "moves.toml" && first.line > 0 && first.message.contains("`222`"), "{errors}");
}

#[test]
fn property_7_a_forbidden_order() {
    // The words themselves stand in the refusal's own test data only; here the first of them is read from there.
    let word = include_str!("forbidden_texts/lists.rs")
        .split("REFUSED: &[&str] = &[\n    \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let errors = read_pack(&broken("moves.toml", "转送有权处理的单位", &format!("转送并{word}"))).unwrap_err();
    assert!(errors.0.iter().any(|e| e.file == "moves.toml" && e.message.contains(&word)), "{errors}");
}

#[test]
fn a_circle_of_duties_that_never_ends_is_refuted() {
    // Two states that hand the matter to and fro for ever, each starting the other's clock.
    let circle = "\n[[move]]\nid = \"ring\"\nverb = \"record\"\ntitle = { zh = \"甲\", en = \"a\" }\ndone = { zh = \"甲\", en = \"a\" }\nfrom = [\"studying\"]\nby = [\"holder\"]\nto = \"performing\"\nstart = [\"perform\"]\ndischarge = [\"study\"]\nbasis = \"house\"\n\n[[move]]\nid = \"ring_back\"\nverb = \"record\"\ntitle = { zh = \"乙\", en = \"b\" }\ndone = { zh = \"乙\", en = \"b\" }\nfrom = [\"performing\"]\nby = [\"holder\"]\nto = \"studying\"\nstart = [\"study\"]\ndischarge = [\"perform\"]\nbasis = \"house\"\n";
    let mut pack = shipped::pack("cn/petition/2022");
    for (id, file) in [("reply", "moves.toml"), ("reply_performed", "paths.toml")] {
        let text = pack.files[file].replace(
            &format!("id = \"{id}\"\nverb = \"decide\""),
            &format!("id = \"{id}\"\nwhen = [\"sealed\"]\nverb = \"decide\""),
        );
        pack.files.insert(file.into(), text);
    }
    pack.files.insert("ring.toml".into(), circle.into());
    assert!(refuted(&pack, Property::EndReachable).message.key == "proof-no-end");
}

#[test]
fn ten_thousand_states_are_read_and_proved_or_refused_in_words() {
    let mut many = String::new();
    for n in 0..10_000 {
        many.push_str(&format!(
            "[[state]]\nid = \"s{n}\"\nphase = \"handling\"\ntitle = {{ zh = \"甲\", en = \"a\" }}\nplain = {{ zh = \"甲\", en = \"a\" }}\n\n"
        ));
    }
    let mut pack = shipped::pack("cn/petition/2022");
    pack.files.insert("many.toml".into(), many);
    let pack = read_pack(&pack).unwrap_or_else(|e| panic!("{e}"));
    assert!(prove(&pack.book).is_ok());
}

#[test]
fn dates_of_force_that_contradict_each_other_are_refused() {
    let since = "\n[[clock.since]]\nfrom = \"2025-01-01\"\nlength = 30\nunit = \"calendar_days\"\nbasis = \"house\"\n\n[[clock.since]]\nfrom = \"2024-01-01\"\nlength = 20\nunit = \"calendar_days\"\nbasis = \"house\"\n";
    let mut pack = shipped::pack("cn/petition/2022");
    pack.files.get_mut("clocks.toml").unwrap().push_str(since);
    let errors = read_pack(&pack).unwrap_err();
    assert!(errors.0.iter().any(|e| e.message.contains("must follow in time")), "{errors}");
}

#[test]
fn property_8_a_unit_that_gives_itself_its_time_again() {
    let mut pack = shipped::pack("cn/petition/2022");
    let pause = "\n[[move]]\nid = \"pause\"\nverb = \"record\"\ntitle = { zh = \"甲\", en = \"a\" }\ndone = { zh = \"甲\", en = \"a\" }\nfrom = [\"accepted\"]\nby = [\"holder\"]\nto = \"in_hand\"\nstart = [\"serve\"]\ndischarge = [\"handle\", \"redo\", \"handle_simple\"]\nbasis = \"house\"\n";
    pack.files.insert("pause.toml".into(), pause.into());
    let pack = read_pack(&pack).unwrap_or_else(|e| panic!("{e}"));
    let proof = prove(&pack.book).unwrap();
    let renewed = |clock: &str| {
        let about = |r: &&Refutation| r.property == Property::NotRenewed && r.message.get("clock") == Some(clock);
        proof.refutations.iter().find(about).unwrap_or_else(|| panic!("`{clock}` was not refuted"))
    };
    // The way shows how: it is accepted, paused, and accepted again.
    let found = renewed("handle");
    let moves: Vec<&str> = found.path.iter().filter_map(|step| step.get("move")).collect();
    let from = moves.iter().position(|m| m.starts_with("accept")).unwrap_or_else(|| panic!("{found}"));
    assert!(moves[from..].contains(&"pause") && moves.last().unwrap().starts_with("accept"), "{found}");
}
