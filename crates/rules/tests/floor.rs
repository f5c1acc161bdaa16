//! Packs over the law that go under it are refused with file, line and reason, and those that go the petitioner's way
//! pass.
#![allow(clippy::unwrap_used, clippy::panic, clippy::string_slice, clippy::indexing_slicing, reason = "a test")]

mod shipped;

use std::collections::BTreeMap;

use huiyin_rules::{PackFiles, RuleBook, prove, read_pack_over, under_floor};

const HEAD: &str = "[pack]\nid = \"cn/test/2026\"\nextends = \"cn/petition/2022\"\ntitle = { zh = \"试\", en = \"t\" }\nforce_from = \"2026-01-01\"\nreplaces = [\"escalation\"]\n";

/// What is said of a pack over the law, one line each with its place.
fn faults_of(overlay: &str) -> Vec<String> {
    let files =
        BTreeMap::from([("pack.toml".to_owned(), HEAD.to_owned()), ("change.toml".to_owned(), overlay.to_owned())]);
    let files = PackFiles { id: "cn/test/2026".into(), files };
    match read_pack_over(&files, Some(&shipped::pack("cn/petition/2022"))) {
        Err(errors) => errors.0.iter().map(ToString::to_string).collect(),
        Ok(pack) => {
            let mut out: Vec<String> =
                under_floor(&pack, &shipped::calendar("cn")).iter().map(ToString::to_string).collect();
            // What changes no step is proved as the law itself is.
            if is_same_graph(&pack.book, pack.base.as_ref().unwrap()) {
                return out;
            }
            let proof = prove(&pack.book).unwrap();
            out.extend(
                proof.refutations.iter().map(|r| format!("{:?}: {r}", r.at.as_ref().map(|at| pack.place_of(at)))),
            );
            out
        }
    }
}

/// An entry of the law as its text stands, with changes.
/// Whether two books have the same steps: they differ in periods, labels and papers alone.
fn is_same_graph(a: &RuleBook, b: &RuleBook) -> bool {
    let clocks = |book: &RuleBook| -> Vec<_> {
        book.clocks.values().map(|c| (c.id.clone(), c.kind, c.bound, c.only_if)).collect()
    };
    a.moves == b.moves && a.rights == b.rights && a.escalation == b.escalation && clocks(a) == clocks(b)
}

fn entry(kind: &str, id: &str, changes: &[(&str, &str)]) -> String {
    let all: String = shipped::pack("cn/petition/2022")
        .files
        .into_iter()
        .filter(|(name, _)| !name.starts_with("cases"))
        .map(|(_, text)| format!("{text}\n"))
        .collect();
    let begin = format!("[[{kind}]]\nid = \"{id}\"\n");
    let rest = all.split_once(&begin).unwrap_or_else(|| panic!("{kind} {id}")).1;
    let end = rest.find("\n[[").map_or(rest.len(), |i| {
        if rest[i..].starts_with("\n[[move.variant") {
            rest[i + 3..].find("\n[[move]]").map_or(rest.len(), |j| i + 3 + j)
        } else {
            i
        }
    });
    let mut out = format!("{begin}{}\n", &rest[..end]);
    for (from, to) in changes {
        assert!(out.contains(from), "`{from}` is not in {kind} {id}: {out}");
        out = out.replace(from, to);
    }
    out
}

fn clock(id: &str, changes: &[(&str, &str)]) -> String {
    entry("clock", id, changes)
}

fn step(id: &str, changes: &[(&str, &str)]) -> String {
    entry("move", id, changes)
}

const LABELS: &str = "title = { zh = \"甲\", en = \"a\" }\ndone = { zh = \"甲\", en = \"a\" }\nbasis = \"house\"\n";
const WORDS: &str = "title = { zh = \"甲\", en = \"a\" }\nplain = { zh = \"甲\", en = \"a\" }\nbasis = \"house\"\npost = \"clerk\"\nstart = \"move\"\n";

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_pack_under_the_law_is_refused_with_its_place_and_reason() {
    let local = "[clause.\"local-1\"]\ncite = { zh = \"示例\", en = \"example\" }\ngist = { zh = \"示例\", en = \"example\" }\n";
    let longer = |days: &str| {
        format!(
            "{local}{}",
            clock(
                "handle",
                &[
                    ("length = 60", days),
                    ("basis = \"law\"", "basis = \"local\""),
                    ("clause = \"34\"", "clause = \"local-1\"")
                ]
            )
        )
    };
    let cases: Vec<(&str, String, &str)> = vec![
        (
            "a choice that no longer supports",
            "[[choice]]\nof = \"outcome\"\nid = \"support\"\nlabel = { zh = \"甲\", en = \"a\" }\n".to_owned(),
            "the choice `support` of `outcome`",
        ),
        (
            "a field with nothing to choose from",
            "[[choice]]\nof = \"reason\"\nid = \"x\"\nlabel = { zh = \"甲\", en = \"a\" }\n".to_owned(),
            "not a field that offers a choice",
        ),
        (
            "an extension beyond all reckoning",
            "[[change]]\nof = \"clock\"\nid = \"handle\"\nset = { extension = 4294967295 }\n".to_owned(),
            "longer than ten years",
        ),
        (
            "months beyond all reckoning",
            "[[change]]\nof = \"clock\"\nid = \"route\"\nset = { length = 4000000, unit = \"months\" }\n".to_owned(),
            "longer than ten years",
        ),
        (
            "a value of a year nobody has published",
            format!(
                "{local}[[change]]\nof = \"clock\"\nid = \"handle\"\n[change.set]\nbasis = \"local\"\nclause = \"local-1\"\n[[change.set.since]]\nfrom = \"2031-01-01\"\nlength = 300\nunit = \"calendar_days\"\nbasis = \"local\"\nclause = \"local-1\"\n"
            ),
            "its whole time from 2031-01-01",
        ),
        (
            "a right shorter in later years",
            format!(
                "{local}[[change]]\nof = \"clock\"\nid = \"ask_review\"\n[change.set]\nbasis = \"local\"\nclause = \"local-1\"\n[[change.set.since]]\nfrom = \"2031-01-01\"\nlength = 6\nunit = \"calendar_days\"\nbasis = \"local\"\nclause = \"local-1\"\n"
            ),
            "its whole time from 2031-01-01",
        ),
        (
            "a duty on the petitioner",
            format!(
                "[[clock]]\nid = \"weekly\"\nkind = \"duty\"\nbound = \"petitioner\"\nlength = 7\nunit = \"calendar_days\"\n{WORDS}"
            ),
            "never a petitioner",
        ),
        (
            "a withdrawal by an official",
            step("withdraw", &[("by = [\"petitioner\"]", "by = [\"petitioner\", \"holder\"]")]),
            "the petitioner's own acts",
        ),
        (
            "a rating by an official",
            step("rate", &[("by = [\"petitioner\"]", "by = [\"holder\"]")]),
            "the petitioner's own acts",
        ),
        (
            "a record that withdraws",
            format!(
                "[[move]]\nid = \"m\"\nverb = \"record\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nto = \"withdrawn\"\nneeds = [\"reason\"]\n"
            ),
            "only the petitioner's own withdrawal",
        ),
        (
            "a withdrawal that leads elsewhere",
            step("withdraw", &[("to = \"withdrawn\"", "to = \"ended\"")]),
            "only the petitioner's own withdrawal",
        ),
        (
            "waiting for the petitioner stops the clock",
            format!(
                "[[move]]\nid = \"m\"\nverb = \"record\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nneeds = [\"reason\"]\nstop = [\"handle\"]\n"
            ),
            "days stop being counted",
        ),
        (
            "a hearing stops the sixty days",
            step("hearing_handling", &[("clause = \"31(6)\"", "clause = \"31(6)\"\nstop = [\"handle\"]")]),
            "a hearing stops",
        ),
        ("0 days", clock("handle", &[("length = 60", "length = 0"), ("warn_days = 7\n", "")]), "leaves no time"),
        ("600 days by the law", clock("handle", &[("length = 60", "length = 600")]), "is longer than"),
        (
            "600 days as a promise",
            clock(
                "handle",
                &[("length = 60", "length = 600"), ("basis = \"law\"\nclause = \"34\"", "basis = \"house\"")],
            ),
            "no promise of the house",
        ),
        ("61 and 30 by a local rule", longer("length = 61"), "is longer than"),
        (
            "61 from a day on",
            format!(
                "{}\n[[clock.since]]\nfrom = \"2026-02-01\"\nlength = 61\nunit = \"calendar_days\"\nbasis = \"local\"\nclause = \"local-1\"\n",
                longer("length = 60")
            ),
            "is longer than",
        ),
        (
            "working days for days",
            longer("length = 60\n#").replace("unit = \"calendar_days\"", "unit = \"working_days\""),
            "is longer than",
        ),
        ("an extension beyond all", clock("handle", &[("extension = 30", "extension = 3000")]), "is longer than"),
        (
            "an extension of a promise beyond its length",
            clock("study", &[("warn_days = 7", "warn_days = 7\nextension = 61")]),
            "its extension of 61",
        ),
        (
            "a warning longer than the period",
            clock("serve", &[("warn_days = 1", "warn_days = 9")]),
            "warn within the period",
        ),
        (
            "one day for review",
            clock("ask_review", &[("length = 30", "length = 1"), ("warn_days = 5\n", "")]),
            "is shorter than",
        ),
        (
            "another start",
            clock("review", &[("start = \"received_on\"", "start = \"move\"")]),
            "`start` is not as in the law",
        ),
        (
            "whom it binds",
            clock("handle", &[("bound = \"holder\"", "bound = \"petition_office\"")]),
            "`bound` is not as in the law",
        ),
        ("another clause of the law", clock("handle", &[("clause = \"34\"", "clause = \"29\"")]), "cite that"),
        ("an opinion without facts", step("decide", &[("\"facts\", ", "")]), "`facts`"),
        ("an opinion without a basis", step("decide", &[("\"legal_basis\", ", "")]), "`legal_basis`"),
        ("an opinion without a paper", step("decide", &[("document = \"opinion\"\n", "")]), "in writing"),
        ("a refusal without its remedy", step("refuse", &[(", \"remedy\"]", "]")]), "`remedy`"),
        (
            "a notice that counts as the answer",
            step("accept", &[("sets = [\"taken_up\"]", "sets = [\"taken_up\", \"answered\"]")]),
            "is an answer",
        ),
        (
            "a record that discharges the sixty days",
            format!(
                "[[move]]\nid = \"m\"\nverb = \"record\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nneeds = [\"reason\"]\ndischarge = [\"handle\"]\n"
            ),
            "which the law has done by",
        ),
        (
            "a record of the law that discharges them",
            "[[amend]]\nmove = \"record\"\ndischarge = [\"handle\"]\n".into(),
            "it discharges `handle`",
        ),
        (
            "a record that answers the complaint",
            format!(
                "[[move]]\nid = \"m\"\nverb = \"record\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nneeds = [\"reason\"]\ndischarge = [\"answer_complaint\"]\n"
            ),
            "only an answer to the complaint",
        ),
        (
            "closing wipes the complaint",
            "[[amend]]\nmove = \"archive\"\nclose = [\"answer_complaint\"]\n".into(),
            "its being done",
        ),
        (
            "closing wipes what is to be carried out",
            "[[amend]]\nmove = \"archive\"\nclose = [\"execute\"]\n".into(),
            "still owed",
        ),
        (
            "closing wipes everything",
            step(
                "archive",
                &[("close = [\"object\", \"ask_review\", \"ask_rereview\", \"confirm_agreement\"]", "close = [\"*\"]")],
            ),
            "`*` would wipe out",
        ),
        ("closing asks for nothing", step("archive", &[("when = [\"settled\"]\n", "")]), "settled"),
        ("destroying asks for nothing", step("destroy", &[(", \"settled\"", "")]), "settled"),
        (
            "a withdrawal stops the complaint",
            "[[amend]]\nmove = \"withdraw\"\nstop = [\"answer_complaint\"]\n".into(),
            "its being done",
        ),
        (
            "a refusal ends the report back",
            "[[amend]]\nmove = \"refuse\"\nclose = [\"report_back\"]\n".into(),
            "owed to another office",
        ),
        (
            "a unit accepts again and again",
            format!(
                "[[move]]\nid = \"again\"\nverb = \"record\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nto = \"accepted\"\nneeds = [\"reason\"]\nstart = [\"redo\"]\nclose = [\"handle\", \"redo\"]\n"
            ),
            "give itself the time again",
        ),
        (
            "it does so in two steps",
            format!(
                "[[move]]\nid = \"back\"\nverb = \"object\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nto = \"in_hand\"\nneeds = [\"reason\"]\nstart = [\"notify\"]\ndischarge = [\"handle\"]\n"
            ),
            "`handle`",
        ),
        (
            "what is open is reopened",
            step("reopen", &[("from = [\"ended\", \"archived\"]", "from = [\"accepted\", \"ended\", \"archived\"]")]),
            "only what has ended is reopened",
        ),
        (
            "the unit decides its own objection",
            step("agree_objection", &[("by = [\"sender\"]", "by = [\"holder\"]")]),
            "by nobody else",
        ),
        (
            "the unit answers a complaint about itself",
            step("answer_complaint", &[("by = [\"overseer\"]", "by = [\"overseer\", \"holder\"]")]),
            "by nobody else",
        ),
        (
            "the handler extends by himself",
            step("extend", &[("by = [\"holder_head\"]", "by = [\"holder\"]")]),
            "by nobody else",
        ),
        (
            "an accusation is called something else at the unit",
            step("not_an_accusation", &[("by = [\"petition_office\"]", "by = [\"petition_office\", \"holder\"]")]),
            "no accusation",
        ),
        (
            "an accusation is called something else later",
            format!(
                "[[move]]\nid = \"m\"\nverb = \"refer\"\n{LABELS}from = [\"received\"]\nby = [\"petition_office\"]\nto = \"referred\"\nneeds = [\"to_unit\", \"reason\"]\nstart = [\"notify\"]\ndischarge = [\"route\"]\nclears = [\"accusation\"]\nhand_to = \"named\"\ntells = true\n"
            ),
            "no accusation",
        ),
        ("nobody is told", step("accept", &[("tells = true\n", "")]), "is told of such a step"),
        (
            "what was told is hidden",
            step("refuse", &[("tells = true", "tells = true\nhides = [\"reason\"]")]),
            "hides from the petitioner",
        ),
        (
            "asking for review asks for a reason",
            step("complain", &[("needs = [\"complaint\"]", "needs = [\"complaint\", \"reason\"]")]),
            "which the law does not",
        ),
        (
            "asking for review only when admitted",
            "[[amend]]\nmove = \"request_review\"\nwhen = [\"supported\"]\n".into(),
            "which the law does not",
        ),
        ("a condition is lost", step("object", &[("when = [\"running object\"]\n", "")]), "the condition"),
        ("nobody presses", "[[escalation]]\nafter_working_days = 20\nto = \"head\"\n".into(), "escalation"),
        ("a paper without the facts", entry("paper", "opinion", &[("{{ facts }}", "略")]), "`facts`"),
        (
            "a paper that does not say how long",
            entry("paper", "opinion", &[("{{ period_ask_review }}", "法定期限")]),
            "`period_ask_review`",
        ),
        ("a floor of its own", "[floor]\nhearing_stops = [\"handle\"]\n".into(), "floor"),
    ];
    let mut wrong = Vec::new();
    for (name, overlay, wanted) in cases {
        let said = faults_of(&overlay);
        if !said.iter().any(|s| s.contains(wanted)) {
            wrong.push(format!("{name}: {said:#?}"));
        }
        // The place is that of the pack, with a line.
        if !said.iter().any(|s| s.contains("change.toml:") || s.contains("(\"change.toml\"")) {
            wrong.push(format!("{name}: no place: {said:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_pack_that_goes_the_petitioners_way_passes() {
    let local = "[clause.\"local-1\"]\ncite = { zh = \"示例\", en = \"example\" }\ngist = { zh = \"示例\", en = \"example\" }\n";
    let by_local = |id: &str, changes: &[(&str, &str)]| format!("{local}{}", clock(id, changes));
    let cases: Vec<(&str, String)> = vec![
        ("30 + 60 is 90 as a whole", by_local("handle", &[("length = 60", "length = 30"), ("extension = 30", "extension = 60"), ("basis = \"law\"", "basis = \"local\""), ("clause = \"34\"", "clause = \"local-1\"")])),
        ("45 days without extension", by_local("handle", &[("length = 60", "length = 45"), ("extension = 30\n", ""), ("basis = \"law\"", "basis = \"local\""), ("clause = \"34\"", "clause = \"local-1\"")])),
        ("five working days to route", by_local("route", &[("length = 15", "length = 5"), ("calendar_days", "working_days"), ("basis = \"law\"", "basis = \"local\""), ("clause = \"22\"", "clause = \"local-1\"")])),
        ("sixty days to ask for review", by_local("ask_review", &[("length = 30", "length = 60"), ("basis = \"law\"", "basis = \"local\""), ("clause = \"35\"", "clause = \"local-1\"")])),
        ("a shorter promise where the law has none", clock("serve", &[("length = 5", "length = 3")])),
        ("an earlier escalation besides", "[[escalation]]\nafter_working_days = 0\nto = \"head\"\n[[escalation]]\nafter_working_days = 0\nto = \"supervision\"\nstart = \"supervise\"\n[[escalation]]\nafter_working_days = 0\nto = \"superior\"\n".into()),
        ("a further right", "[[right]]\nverb = \"add\"\nin = [\"ended\"]\nwhen = [\"not sealed\"]\n".into()),
        ("a record of the office's own", format!("[[move]]\nid = \"visit\"\nverb = \"record\"\n{LABELS}from = [\"accepted\"]\nby = [\"holder\"]\nneeds = [\"on_day\", \"summary\"]\n")),
        ("more is asked of officials", "[[amend]]\nmove = \"extend\"\nneeds = [\"facts\"]\n".into()),
        ("a paper with more in it", entry("paper", "opinion", &[("特此告知。", "咨询电话见页脚。特此告知。")])),
        ("nothing at all", String::new()),
    ];
    for (name, overlay) in cases {
        let said = faults_of(&overlay);
        assert!(said.is_empty(), "{name}: {said:#?}");
    }
}

#[test]
fn a_head_that_leaves_out_what_the_law_starts_is_refused() {
    for (line, wanted) in [
        ("initial_office_clocks = []", "`initial_office_clocks` leaves out `route`"),
        ("initial_direct_clocks = [\"route\"]", "leaves out `notify_direct`"),
        ("keep_years = 3", "kept 3 years"),
        ("hops_before_dispute = 9", "more often"),
    ] {
        let files = BTreeMap::from([("pack.toml".to_owned(), format!("{HEAD}{line}\n"))]);
        let errors =
            read_pack_over(&PackFiles { id: "cn/test/2026".into(), files }, Some(&shipped::pack("cn/petition/2022")))
                .unwrap_err();
        assert!(errors.to_string().contains(wanted), "{line}: {errors}");
    }
}

/// What is said of a pack over the law with a head of its own.
fn said_of(head: &str, rest: &str) -> Vec<String> {
    let files = PackFiles {
        id: "cn/test/2026".into(),
        files: BTreeMap::from([("pack.toml".to_owned(), format!("{head}\n{rest}"))]),
    };
    read_pack_over(&files, Some(&shipped::pack("cn/petition/2022")))
        .err()
        .map(|e| e.0.iter().map(ToString::to_string).collect())
        .unwrap_or_default()
}

#[test]
fn what_replaces_a_whole_list_says_so() {
    let silent = HEAD.replace("replaces = [\"escalation\"]\n", "");
    let steps = "[[escalation]]\nafter_working_days = 0\nto = \"head\"\n[[escalation]]\nafter_working_days = 0\nto = \"supervision\"\nstart = \"supervise\"\n[[escalation]]\nafter_working_days = 0\nto = \"superior\"\n";
    for (head, rest, why) in [
        (silent.clone(), steps, "replaces = [\"escalation\"]"),
        (format!("{silent}published = [\"route\"]\n"), "", "replaces = [\"published\"]"),
        (format!("{silent}replaces = [\"publishd\"]\n"), "", "did you mean `published`"),
    ] {
        let said = said_of(&head, rest);
        assert!(said.iter().any(|s| s.contains(why)), "{why}: {said:?}");
    }
    assert!(said_of(HEAD, steps).is_empty());
    assert!(said_of(&format!("{}published = [\"route\"]\n", HEAD.replace("escalation", "published")), "").is_empty());
}

#[test]
fn one_key_is_changed_and_a_move_of_the_house_is_taken_out() {
    let overlay = "[[change]]\nof = \"clock\"\nid = \"serve\"\nset = { length = 3 }\n[[remove]]\nmove = \"oversee\"\n[[change]]\nof = \"choice\"\nid = \"way:online\"\nset = { label = { zh = \"网上办\", en = \"on the web\" } }\n";
    let files = BTreeMap::from([("pack.toml".to_owned(), format!("{HEAD}\n{overlay}"))]);
    let pack =
        read_pack_over(&PackFiles { id: "cn/test/2026".into(), files }, Some(&shipped::pack("cn/petition/2022")))
            .unwrap();
    let was = read_pack_over(&shipped::pack("cn/petition/2022"), None).unwrap().book;
    let id = huiyin_domain::ids::ClockId::new("serve");
    let (serve, before) = (pack.book.clock(&id).unwrap(), was.clock(&id).unwrap());
    assert_eq!(
        (serve.length, serve.unit, &serve.title, &serve.clause),
        (Some(3), before.unit, &before.title, &before.clause)
    );
    assert!(pack.book.moves.iter().all(|m| m.id.0 != "oversee") && was.moves.iter().any(|m| m.id.0 == "oversee"));
    let online = pack.book.choice(huiyin_domain::payload::Field::Way, "online").unwrap();
    assert_eq!(online.label.get("en"), "on the web");
}

#[test]
fn the_head_and_the_posts_of_the_law_stay_as_they_are() {
    for (head, rest, why) in [
        (format!("{HEAD}calendar = \"in\"\n"), "", "`calendar` is the law's"),
        (format!("{HEAD}earliest_receipt = \"2199-01-01\"\n"), "", "`earliest_receipt` is the law's"),
        (format!("{HEAD}most_representatives = 1\n"), "", "`most_representatives` is the law's"),
        (format!("{HEAD}void_check_one_in = 0\n"), "", "`void_check_one_in` is the law's"),
        (format!("{HEAD}keep_years = 4000\n"), "", "1 to 200 years"),
        (
            HEAD.to_owned(),
            "[[change]]\nof = \"post\"\nid = \"clerk\"\nset = { may = [\"work\", \"administer\"] }\n",
            "the post `clerk`",
        ),
        (
            HEAD.to_owned(),
            "[[change]]\nof = \"unit_kind\"\nid = \"bureau\"\nset = { role = \"outside\" }\n",
            "of the kind `bureau`",
        ),
        (HEAD.replace("cn/test/2026", "cn/../2026"), "", "no pack id"),
    ] {
        let said = said_of(&head, rest);
        assert!(said.iter().any(|s| s.contains(why)), "{why}: {said:?}");
    }
}

#[test]
fn values_of_later_dates_are_not_dropped_in_silence() {
    let later = shipped::pack("cn/petition/2022").files["clocks.toml"].replacen(
        "length = 15\nunit = \"calendar_days\"",
        "length = 15\nunit = \"calendar_days\"\nsince = [{ from = \"2025-01-01\", length = 14, unit = \"calendar_days\", basis = \"law\", clause = \"22\" }]",
        1,
    );
    let mut below = shipped::pack("cn/petition/2022");
    assert_ne!(below.files.insert("clocks.toml".to_owned(), later.clone()), Some(later));
    let shorter = |set: &str| {
        let text = format!("{HEAD}\n[[change]]\nof = \"clock\"\nid = \"route\"\nset = {{ {set} }}\n");
        read_pack_over(
            &PackFiles { id: "cn/test/2026".into(), files: BTreeMap::from([("pack.toml".to_owned(), text)]) },
            Some(&below),
        )
    };
    assert!(shorter("length = 5").unwrap_err().0.iter().any(|e| e.message.contains("`since`")));
    assert_eq!(
        shorter("length = 5, since = []")
            .unwrap()
            .book
            .clock(&huiyin_domain::ids::ClockId::new("route"))
            .unwrap()
            .since,
        []
    );
}
