//! The AWS CLI's table format, with its section titles and ASCII borders.

use std::io::{self, Write};

use super::{is_scalar, scalar_text};
use crate::value::{List, Map, Value};

/// The width beyond which rows are shown as columns, as on a terminal of the usual size.
const WIDTH: usize = 80;

/// Writes a value under the title of its operation. Null is nothing.
pub(super) fn write(out: &mut dyn Write, value: &Value, title: &str) -> io::Result<()> {
    if value.is_null() {
        return Ok(());
    }
    let mut sections = Sections::default();
    sections.add(value, title, 0);
    if sections.width() > WIDTH {
        sections.0.iter_mut().for_each(Section::invert);
    }
    sections.render(out)
}

/// The sections of a table, from top to bottom.
#[derive(Default)]
struct Sections(Vec<Section>);

struct Section {
    title: String,
    /// How deep it lies; each level is framed once more.
    level: usize,
    headers: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Sections {
    fn add(&mut self, value: &Value, title: &str, level: usize) {
        match value {
            Value::Map(map) => self.add_map(map, title, level),
            Value::List(list) => self.add_list(list, title, level),
            _ => self.push(title, level, vec![], vec![]),
        }
    }

    fn push(&mut self, title: &str, level: usize, headers: Vec<String>, rows: Vec<Vec<String>>) {
        self.0.push(Section { title: title.to_owned(), level, headers, rows });
    }

    /// A row under its keys, or a key and its value; then a section for each nested value.
    fn add_map(&mut self, map: &Map, title: &str, level: usize) {
        let (scalars, others) = partition(map);
        match scalars.as_slice() {
            [] => self.push(title, level, vec![], vec![]),
            [(key, value)] => self.push(title, level, vec![], vec![vec![(*key).to_owned(), scalar_text(value)]]),
            _ => {
                let headers = scalars.iter().map(|(key, _)| (*key).to_owned()).collect();
                self.push(title, level, headers, vec![scalars.iter().map(|(_, value)| scalar_text(value)).collect()]);
            }
        }
        others.into_iter().for_each(|(key, value)| self.add(value, key, level + 1));
    }

    fn add_list(&mut self, list: &List, title: &str, level: usize) {
        let maps: Vec<&Map> = list.iter().filter_map(Value::as_map).collect();
        if maps.is_empty() {
            let row = |item: &Value| match item {
                Value::List(cells) => cells.iter().map(scalar_text).collect(),
                scalar => vec![scalar_text(scalar)],
            };
            return self.push(title, level, vec![], list.iter().map(row).collect());
        }
        let mut columns: Vec<&str> = maps.iter().flat_map(|map| partition(map).0).map(|(key, _)| key).collect();
        columns.sort_unstable();
        columns.dedup();
        let headers: Vec<String> = columns.iter().map(|key| (*key).to_owned()).collect();
        let row = |map: &Map| {
            columns.iter().map(|key| map.get(key).filter(|value| is_scalar(value)).map(scalar_text).unwrap_or_default()).collect()
        };
        if maps.iter().all(|map| map.values().all(is_scalar)) {
            return self.push(title, level, headers, maps.iter().map(|map| row(map)).collect());
        }
        for map in maps {
            self.push(title, level, headers.clone(), vec![row(map)]);
            partition(map).1.into_iter().for_each(|(key, value)| self.add(value, key, level + 1));
        }
    }

    fn width(&self) -> usize {
        self.0.iter().map(Section::width).max().unwrap_or(0)
    }

    fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.width();
        writeln!(out, "{}", "-".repeat(width))?;
        self.0.iter().try_for_each(|section| section.render(out, width))
    }
}

type Pairs<'a> = Vec<(&'a str, &'a Value)>;

/// The scalars and the nested values of a map, each in the order of their keys.
fn partition(map: &Map) -> (Pairs<'_>, Pairs<'_>) {
    let mut pairs: Pairs<'_> = map.iter().map(|(key, value)| (key.as_str(), value)).collect();
    pairs.sort_by_key(|(key, _)| *key);
    pairs.into_iter().partition(|(_, value)| is_scalar(value))
}

impl Section {
    /// Turns a single row under its headers into one row per header.
    fn invert(&mut self) {
        if self.headers.is_empty() || self.rows.len() != 1 {
            return;
        }
        let row = self.rows.remove(0);
        self.rows = std::mem::take(&mut self.headers).into_iter().zip(row).map(|(header, cell)| vec![header, cell]).collect();
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.iter().map(Vec::len).chain([self.headers.len()]).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&self.headers]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count() + 4).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }

    fn width(&self) -> usize {
        let widths = self.widths();
        let content = widths.iter().sum::<usize>() + widths.len().saturating_sub(1) + 2;
        content.max(self.title.chars().count() + 4) + 2 * self.level
    }

    fn render(&self, out: &mut dyn Write, width: usize) -> io::Result<()> {
        let frame = "|".repeat(self.level);
        let inner = width - 2 * self.level;
        writeln!(out, "{frame}|{}|{frame}", centered(&self.title, inner - 2))?;
        if self.rows.is_empty() {
            return if self.level == 0 { writeln!(out, "{frame}{}{frame}", edge(inner, '-')) } else { Ok(()) };
        }
        let widths = scaled(&self.widths(), inner);
        let border = border(&widths);
        writeln!(out, "{frame}{border}{frame}")?;
        if !self.headers.is_empty() {
            writeln!(out, "{frame}{}{frame}", row(&self.headers, &widths, centered))?;
            writeln!(out, "{frame}{border}{frame}")?;
        }
        for cells in &self.rows {
            writeln!(out, "{frame}{}{frame}", row(cells, &widths, left))?;
        }
        writeln!(out, "{frame}{border}{frame}")
    }
}

fn edge(width: usize, fill: char) -> String {
    format!("+{}+", fill.to_string().repeat(width - 2))
}

fn border(widths: &[usize]) -> String {
    let parts: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    format!("+{}+", parts.join("+"))
}

fn row(cells: &[String], widths: &[usize], place: impl Fn(&str, usize) -> String) -> String {
    let cells = widths.iter().enumerate().map(|(i, width)| place(cells.get(i).map_or("", String::as_str), *width));
    format!("|{}|", cells.collect::<Vec<_>>().join("|"))
}

fn left(text: &str, width: usize) -> String {
    let filled = format!("  {text}");
    format!("{filled}{}", " ".repeat(width.saturating_sub(filled.chars().count())))
}

fn centered(text: &str, width: usize) -> String {
    let free = width.saturating_sub(text.chars().count());
    format!("{}{text}{}", " ".repeat(free / 2), " ".repeat(free - free / 2))
}

/// Widens the columns so that they fill the width.
fn scaled(widths: &[usize], inner: usize) -> Vec<usize> {
    let target = inner - 2 - widths.len().saturating_sub(1);
    let sum: usize = widths.iter().sum::<usize>().max(1);
    let mut scaled: Vec<usize> = widths.iter().map(|width| width * target / sum).collect();
    let missing = target - scaled.iter().sum::<usize>();
    for width in scaled.iter_mut().rev().take(missing) {
        *width += 1;
    }
    scaled
}
