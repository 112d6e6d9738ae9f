//! The table format of the AWS CLI: sections with titles and ASCII borders, byte for byte as `aws` prints them.
//!
//! The layout was derived from the output of `aws`, including its peculiarities: columns lose the width of the borders after
//! they were scaled, so that a cell can touch the border to its right.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar as _;

use super::{Look, is_scalar, scalar_text};
use crate::value::{List, Map, Value};

/// Dim yellow.
const FRAME: &str = "2;33";
/// Bold blue.
const CELL: &str = "1;34";

/// Writes a value under the title of its operation. A value that is false in Python prints nothing. If a section is wider
/// than the terminal, rows become columns.
pub(super) fn write(out: &mut dyn Write, value: &Value, title: &str, look: Look) -> io::Result<()> {
    if is_falsy(value) {
        return Ok(());
    }
    let mut sections = Sections::default();
    sections.add(value, title, 0);
    if sections.width() > look.width {
        sections.0.iter_mut().for_each(Section::invert);
    }
    sections.render(out, look)
}

fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Int(number) => *number == 0,
        Value::Float(number) => *number == 0.0,
        Value::String(text) => text.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        _ => false,
    }
}

/// The sections of a table, from top to bottom.
#[derive(Default)]
struct Sections(Vec<Section>);

/// The cells of a section below its title.
enum Content {
    /// Not even a border: an item of a list that has only nested values.
    Nothing,
    Border,
    Rows {
        headers: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

struct Section {
    title: String,
    /// How deep it lies; each level is framed once more.
    level: usize,
    content: Content,
}

impl Sections {
    fn add(&mut self, value: &Value, title: &str, level: usize) {
        match value {
            Value::Map(map) if map.is_empty() => {}
            Value::List(list) if list.is_empty() => {}
            Value::Map(map) => self.add_map(map, title, level),
            Value::List(list) => self.add_list(list, title, level),
            _ => self.push(title, level, Content::Border),
        }
    }

    fn push(&mut self, title: &str, level: usize, content: Content) {
        self.0.push(Section { title: title.to_owned(), level, content });
    }

    /// A row under its keys, or a key and its value; then a section for each nested value.
    fn add_map(&mut self, map: &Map, title: &str, level: usize) {
        let (scalars, others) = partition(map);
        let content = match scalars.as_slice() {
            [] => Content::Border,
            [(key, value)] => Content::Rows { headers: vec![], rows: vec![vec![(*key).to_owned(), scalar_text(value)]] },
            _ => Content::Rows {
                headers: scalars.iter().map(|(key, _)| (*key).to_owned()).collect(),
                rows: vec![scalars.iter().map(|(_, value)| scalar_text(value)).collect()],
            },
        };
        self.push(title, level, content);
        others.into_iter().for_each(|(key, value)| self.add(value, key, level + 1));
    }

    fn add_list(&mut self, list: &List, title: &str, level: usize) {
        if let Some(maps) = maps_of_lists(list) {
            return self.add_list(&maps, title, level);
        }
        let maps: Vec<&Map> = list.iter().filter_map(Value::as_map).collect();
        if maps.is_empty() {
            let mut rows = Vec::new();
            add_rows(list, &mut rows);
            let content = if rows.is_empty() { Content::Nothing } else { Content::Rows { headers: vec![], rows } };
            return self.push(title, level, content);
        }
        let mut columns: Vec<&str> = maps.iter().flat_map(|map| partition(map).0).map(|(key, _)| key).collect();
        columns.sort_unstable();
        columns.dedup();
        let row = |map: &Map| -> Vec<String> {
            columns.iter().map(|key| map.get(key).filter(|value| is_scalar(value)).map(scalar_text).unwrap_or_default()).collect()
        };
        let content = |maps: &[&Map]| match columns.is_empty() {
            true => Content::Nothing,
            false => Content::Rows {
                headers: columns.iter().map(|key| (*key).to_owned()).collect(),
                rows: maps.iter().map(|map| row(map)).collect(),
            },
        };
        if maps.iter().all(|map| map.values().all(is_scalar)) {
            return self.push(title, level, content(&maps));
        }
        for map in maps {
            self.push(title, level, content(&[map]));
            partition(map).1.into_iter().for_each(|(key, value)| self.add(value, key, level + 1));
        }
    }

    fn width(&self) -> usize {
        self.0.iter().map(Section::width).max().unwrap_or(0)
    }

    fn render(&self, out: &mut dyn Write, look: Look) -> io::Result<()> {
        let width = self.width();
        writeln!(out, "{}", "-".repeat(width))?;
        self.0.iter().try_for_each(|section| section.render(out, width, look))
    }
}

type Pairs<'a> = Vec<(&'a str, &'a Value)>;

/// The scalars and the nested values of a map, each in the order of their keys.
fn partition(map: &Map) -> (Pairs<'_>, Pairs<'_>) {
    let mut pairs: Pairs<'_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    pairs.sort_by_key(|(key, _)| *key);
    pairs.into_iter().partition(|(_, value)| is_scalar(value))
}

/// The maps of a list of lists of maps without nested values, which are the rows of one table.
fn maps_of_lists(list: &List) -> Option<List> {
    let mut maps = List::new();
    for item in list.iter() {
        match item {
            Value::Map(map) if map.values().all(is_scalar) => maps.push(item.clone()),
            Value::List(inner) => maps.extend(maps_of_lists(inner).or_else(|| is_of_maps(inner).then(|| inner.clone()))?),
            _ => return None,
        }
    }
    (matches!(list.first(), Some(Value::List(_))) && !maps.is_empty()).then_some(maps)
}

fn is_of_maps(list: &List) -> bool {
    list.iter().all(|item| item.as_map().is_some_and(|map| map.values().all(is_scalar)))
}

/// The rows of a list without maps: a row for each list of scalars inside, however deep, and for each scalar beside lists.
fn add_rows(list: &List, rows: &mut Vec<Vec<String>>) {
    for item in list.iter() {
        match item {
            Value::List(cells) if cells.is_empty() => {}
            Value::List(cells) if cells.iter().all(is_scalar) => rows.push(cells.iter().map(scalar_text).collect()),
            Value::List(lists) => add_rows(lists, rows),
            scalar => rows.push(vec![scalar_text(scalar)]),
        }
    }
}

impl Section {
    /// Turns a single row under its headers into one row per header.
    fn invert(&mut self) {
        if let Content::Rows { headers, rows } = &mut self.content
            && !headers.is_empty()
            && rows.len() == 1
        {
            let row = rows.remove(0);
            *rows = std::mem::take(headers).into_iter().zip(row).map(|(header, cell)| vec![header, cell]).collect();
        }
    }

    /// The widths of the columns: their widest cell, and two blanks on each side.
    fn widths(&self) -> Vec<usize> {
        let Content::Rows { headers, rows } = &self.content else { return Vec::new() };
        let columns = rows.iter().map(Vec::len).chain([headers.len()]).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = rows.iter().chain([headers]).filter_map(|row| row.get(column));
            cells.map(|cell| columns_of(cell) + 4).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }

    fn width(&self) -> usize {
        self.widths().iter().sum::<usize>().max(columns_of(&self.title)) + 2 + 2 * self.level
    }

    fn render(&self, out: &mut dyn Write, width: usize, look: Look) -> io::Result<()> {
        let frame = look.paint(FRAME, &"|".repeat(self.level));
        let inner = width - 2 * self.level;
        writeln!(out, "{frame}|{}|{frame}", centered(&self.title, inner - 2))?;
        let (headers, rows) = match &self.content {
            Content::Nothing => return Ok(()),
            Content::Border => return writeln!(out, "{frame}{}{frame}", border(&[inner - 2])),
            Content::Rows { headers, rows } => (headers, rows),
        };
        let widths = scaled(&self.widths(), inner);
        let border = border(&widths);
        writeln!(out, "{frame}{border}{frame}")?;
        if !headers.is_empty() {
            writeln!(out, "{frame}{}{frame}", row(headers, &widths, header))?;
            writeln!(out, "{frame}{border}{frame}")?;
        }
        for cells in rows {
            writeln!(out, "{frame}{}{frame}", row(cells, &widths, |_, text, width| left(text, width, look)))?;
        }
        writeln!(out, "{frame}{border}{frame}")
    }
}

fn border(widths: &[usize]) -> String {
    let parts: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    format!("+{}+", parts.join("+"))
}

/// Places each cell by its column, text, and width.
fn row(cells: &[String], widths: &[usize], place: impl Fn(usize, &str, usize) -> String) -> String {
    let cells = widths.iter().enumerate().map(|(i, width)| place(i, cells.get(i).map_or("", String::as_str), *width));
    format!("|{}|", cells.collect::<Vec<_>>().join("|"))
}

fn left(text: &str, width: usize, look: Look) -> String {
    format!("  {}{}", look.paint(CELL, text), " ".repeat(width.saturating_sub(columns_of(text) + 2)))
}

/// A header is centered; beyond the first column, the last blank does not count.
fn header(column: usize, text: &str, width: usize) -> String {
    match column {
        0 => centered(text, width),
        _ => centered(text, width.saturating_sub(1)) + " ",
    }
}

/// The odd blank goes to the left if the text has an odd width, otherwise to the right.
fn centered(text: &str, width: usize) -> String {
    let free = width.saturating_sub(columns_of(text));
    let before = free / 2 + (free & (width + 1) & 1);
    format!("{}{text}{}", " ".repeat(before), " ".repeat(free - before))
}

/// Scales the columns to a section's width including its borders, then takes the borders away again: rounding errors are
/// added from the last column on and removed from the first one on.
fn scaled(widths: &[usize], inner: usize) -> Vec<usize> {
    let sum = widths.iter().sum::<usize>().max(1);
    let scale = |width: &usize| ((width * inner) as f64 / sum as f64).round_ties_even() as usize;
    let mut scaled: Vec<usize> = widths.iter().map(scale).collect();
    let total: usize = scaled.iter().sum();
    let columns = scaled.len();
    (0..inner.saturating_sub(total)).for_each(|i| scaled[columns - 1 - i % columns] += 1);
    let mut shrink = |by: usize| (0..by).for_each(|i| scaled[i % columns] = scaled[i % columns].saturating_sub(1));
    shrink(total.saturating_sub(inner));
    shrink(columns + 1);
    scaled
}

/// The characters of the alphabets whose width is ambiguous (Unicode, East Asian Width `A`): the first and the last one of
/// each range.
const AMBIGUOUS: &str = "\u{a1}\u{a1}\u{a4}\u{a4}\u{a7}\u{a8}\u{aa}\u{aa}\u{ad}\u{ae}\u{b0}\u{b4}\u{b6}\u{ba}\u{bc}\u{bf}\u{c6}\u{c6}\
     \u{d0}\u{d0}\u{d7}\u{d8}\u{de}\u{e1}\u{e6}\u{e6}\u{e8}\u{ea}\u{ec}\u{ed}\u{f0}\u{f0}\u{f2}\u{f3}\u{f7}\u{fa}\
     \u{fc}\u{fc}\u{fe}\u{fe}\u{101}\u{101}\u{111}\u{111}\u{113}\u{113}\u{11b}\u{11b}\u{126}\u{127}\u{12b}\u{12b}\
     \u{131}\u{133}\u{138}\u{138}\u{13f}\u{142}\u{144}\u{144}\u{148}\u{14b}\u{14d}\u{14d}\u{152}\u{153}\u{166}\u{167}\
     \u{16b}\u{16b}\u{1ce}\u{1ce}\u{1d0}\u{1d0}\u{1d2}\u{1d2}\u{1d4}\u{1d4}\u{1d6}\u{1d6}\u{1d8}\u{1d8}\u{1da}\u{1da}\
     \u{1dc}\u{1dc}\u{251}\u{251}\u{261}\u{261}\u{2c4}\u{2c4}\u{2c7}\u{2c7}\u{2c9}\u{2cb}\u{2cd}\u{2cd}\u{2d0}\u{2d0}\
     \u{2d8}\u{2db}\u{2dd}\u{2dd}\u{2df}\u{2df}\u{300}\u{36f}\u{391}\u{3a1}\u{3a3}\u{3a9}\u{3b1}\u{3c1}\u{3c3}\u{3c9}\
     \u{401}\u{401}\u{410}\u{44f}\u{451}\u{451}";

/// The terminal columns of a text. Characters of ambiguous width count twice, and combining characters are not combined.
fn columns_of(text: &str) -> usize {
    text.chars()
        .map(|c| {
            if c.is_ascii() {
                1
            } else if is_ambiguous(c) {
                2
            } else {
                c.width_cjk().unwrap_or(1).max(1)
            }
        })
        .sum()
}

fn is_ambiguous(c: char) -> bool {
    let mut limits = AMBIGUOUS.chars();
    std::iter::from_fn(|| Some(limits.next()?..=limits.next()?)).any(|range| range.contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value;

    #[test]
    fn columns_are_scaled_as_aws_does() {
        for (widths, inner, expected) in [
            (&[6, 37][..], 45, &[4, 38][..]),
            (&[5, 5], 43, &[19, 21]),
            (&[6, 8, 15, 15, 14, 5], 65, &[4, 7, 14, 14, 14, 5]),
            (&[16, 13, 5], 67, &[29, 25, 9]),
            (&[9], 20, &[18]),
        ] {
            assert_eq!(scaled(widths, inner), expected, "{widths:?} {inner}");
        }
    }

    #[test]
    fn lists_of_lists_of_maps_are_the_rows_of_one_table() {
        let shown = |value: Value| {
            let mut out = Vec::new();
            write(&mut out, &value, "T", Look::PLAIN).unwrap();
            String::from_utf8(out).unwrap()
        };
        let rows = value!([{"a": 1, "b": 2}, {"a": 3}, {"a": 5, "b": 6}]);
        for nested in
            [value!([[{"a": 1, "b": 2}, {"a": 3}], [{"a": 5, "b": 6}]]), value!([[[{"a": 1, "b": 2}], [{"a": 3}]], [{"a": 5, "b": 6}]])]
        {
            assert_eq!(shown(nested), shown(rows.clone()));
        }
    }

    #[test]
    fn wide_and_ambiguous_characters_count_twice() {
        assert_eq!(["abc", "日本", "é", "e\u{301}", "\n"].map(columns_of), [3, 4, 2, 3, 1]);
    }
}
