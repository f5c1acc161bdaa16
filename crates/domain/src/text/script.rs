//! Traditional characters for comparing: each is the simplified one it is written as today.
//!
//! By OpenCC's table, character by character, so that a query and a text come to the same whatever stands beside them.

use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// Characters that differ, by code point.
#[derive(Debug)]
pub(super) struct Table(Vec<(char, char)>);

impl Table {
    /// The simplified form; any other character stays.
    pub(super) fn of(&self, c: char) -> char {
        if u32::from(c) < 0x3400 {
            return c;
        }
        self.0.binary_search_by_key(&c, |(from, _)| *from).ok().and_then(|at| self.0.get(at)).map_or(c, |(_, to)| *to)
    }
}

/// Variants the table leaves apart and people write for one another.
const VARIANTS: &[(char, char)] = &[
    ('著', '着'),
    ('妳', '你'),
    ('祂', '他'),
    ('牠', '它'),
    ('裡', '里'),
    ('乾', '干'),
    ('徵', '征'),
    ('藉', '借'),
    ('甚', '什'),
    ('瞭', '了'),
    ('衞', '卫'),
    ('傢', '家'),
    ('戸', '户'),
    ('雑', '杂'),
    ('隷', '隶'),
];

/// The table, made when the first text is folded.
pub(super) fn simplified() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let han = (0x3400_u32..=0x9FFF).chain(0xF900..=0xFAFF).chain(0x20000..=0x2A6DF).filter_map(char::from_u32);
        // One character on each line, so that no word of the dictionary spans two of them.
        let lines: String = han.clone().flat_map(|c| [c, '\n']).collect();
        let converted = OpenCC::from_config(BuiltinConfig::T2s).map(|cc| cc.convert(&lines)).unwrap_or(lines);
        let pairs = han.zip(converted.lines()).filter_map(|(from, to)| to.chars().next().map(|to| (from, to)));
        let mut table: Vec<(char, char)> = pairs
            .map(|(from, to)| VARIANTS.iter().find(|(v, _)| *v == from).copied().unwrap_or((from, to)))
            .filter(|(from, to)| from != to)
            .collect();
        table.sort_unstable();
        Table(table)
    })
}
