//! Faces: found in folders, read once, held for all letters.
//!
//! Faces are taken from Debian packages or the office's own folder and embedded in each PDF; none lies in this
//! repository. A wide face (Noto CJK) always stands behind the narrow ones, which lack 璟 玥 赟 祎 and others.

use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

/// Families by use, best first: what the standard names, then free faces of the same kind, then the wide ones.
pub const PREFERRED: [(&str, &[&str]); 4] = [
    ("body", &["FangSong_GB2312", "FangSong", "FandolFang", "FandolFang R", "Noto Serif CJK SC", "Noto Sans CJK SC"]),
    ("title", &["FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "FandolSong", "Noto Serif CJK SC", "Noto Sans CJK SC"]),
    ("heading", &["SimHei", "FandolHei", "Noto Sans CJK SC", "Noto Serif CJK SC"]),
    ("page", &["SimSun", "FandolSong", "Noto Serif CJK SC", "Noto Sans CJK SC"]),
];

/// File names that are read from folders shared with other programs; of an office's own folder everything is read.
const WANTED: [&str; 3] = ["NotoSerifCJK-", "NotoSansCJK-", "Fandol"];
const WEIGHTS: [&str; 2] = ["-Regular", "-Bold"];

/// Faces read into memory.
#[derive(Debug)]
pub struct Faces {
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
}

impl Faces {
    /// Reads the faces of the office's own folder and of the system's.
    pub fn load(own: Option<&Path>, shared: &[PathBuf]) -> Self {
        let mut paths = Vec::new();
        if let Some(own) = own {
            walk(own, &mut paths, &|_| true, 0);
        }
        let useful = |name: &str| {
            WANTED.iter().any(|w| name.starts_with(w))
                && (name.starts_with("Fandol") || WEIGHTS.iter().any(|w| name.contains(w)))
        };
        for folder in shared {
            walk(folder, &mut paths, &useful, 0);
        }
        let mut fonts = Vec::new();
        for path in paths {
            if let Ok(bytes) = std::fs::read(&path) {
                fonts.extend(Font::iter(Bytes::new(bytes)).filter(|f| wanted_face(&f.info().family)));
            }
        }
        Self { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts }
    }

    /// Folders where Debian's packages put faces.
    pub fn debian() -> Vec<PathBuf> {
        ["/usr/share/fonts", "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"].map(PathBuf::from).to_vec()
    }

    /// Families that a letter asks for and that are not here; the next of the list stands in.
    pub fn missing(&self) -> Vec<&'static str> {
        PREFERRED
            .iter()
            .flat_map(|(_, families)| families.iter().copied())
            .filter(|f| !self.has(f))
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// For each use the face the standard names and the one that stands in for it, where it is not the same.
    pub fn standing_in(&self) -> Vec<(&'static str, &'static str)> {
        let found = |families: &'static [&'static str]| families.iter().copied().find(|f| self.has(f));
        let pair = |(named, families): (&'static str, &'static [&'static str])| {
            found(families).filter(|f| !f.starts_with(named)).map(|used| (named, used))
        };
        PREFERRED
            .iter()
            .filter_map(|(_, families)| pair((families.first().copied().unwrap_or_default(), families)))
            .filter(|(named, used)| !same_kind(named, used))
            .collect()
    }

    /// Whether any face is here to set a letter with.
    pub fn usable(&self) -> bool {
        PREFERRED.iter().all(|(_, families)| families.iter().any(|f| self.has(f)))
    }

    fn has(&self, family: &str) -> bool {
        self.book.contains_family(&family.to_lowercase())
    }

    /// Characters that no face here can draw, each once, in order.
    pub fn undrawable<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<char> {
        let mut out: Vec<char> = Vec::new();
        for c in texts.into_iter().flat_map(str::chars) {
            if !c.is_whitespace()
                && !c.is_control()
                && c != '\u{200b}'
                && !out.contains(&c)
                && !self.fonts.iter().any(|f| f.info().coverage.contains(u32::from(c)))
            {
                out.push(c);
            }
        }
        out
    }
}

/// Of the many-language collections only the Simplified Chinese faces are kept.
fn wanted_face(family: &str) -> bool {
    !family.contains("CJK") || family.ends_with("CJK SC")
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>, useful: &dyn Fn(&str) -> bool, depth: usize) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && depth < 12 {
            walk(&path, out, useful, depth + 1);
        } else if path
            .extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| ["ttf", "otf", "ttc", "otc"].contains(&e.to_lowercase().as_str()))
            && path.file_name().and_then(|n| n.to_str()).is_some_and(useful)
        {
            out.push(path);
        }
    }
}

/// Faces of the same kind as the one the standard names: their letters have the same form.
fn same_kind(named: &str, used: &str) -> bool {
    let kinds: [&[&str]; 4] =
        [&["FangSong", "FandolFang"], &["FZXiaoBiaoSong"], &["SimHei", "FandolHei"], &["SimSun", "FandolSong"]];
    kinds.iter().any(|k| k.iter().any(|f| named.starts_with(f)) && k.iter().any(|f| used.starts_with(f)))
}
