using System.Globalization;
using System.Text;
using System.Text.Json;
using Sparseland.Files;

namespace Sparseland.Fuzz;

/// <summary>What became of a reader's mutations so far.</summary>
internal sealed class ReaderRecord
{
    public long Done { get; set; }

    public SortedDictionary<string, long> Outcomes { get; } = new(StringComparer.Ordinal);

    public List<string> Failures { get; } = [];
}

/// <summary>The record of all readers: a JSON file that a run goes on from, and a page for people.</summary>
internal sealed class FuzzRecord
{
    public SortedDictionary<string, ReaderRecord> Readers { get; } = new(StringComparer.Ordinal);

    public static FuzzRecord Load(string path)
    {
        var record = new FuzzRecord();
        if (!File.Exists(path))
            return record;
        using var document = JsonFile.Read(path);
        foreach (var reader in document.RootElement.EnumerateObject())
        {
            var entry = new ReaderRecord { Done = reader.Value.GetProperty("done").GetInt64() };
            foreach (var outcome in reader.Value.GetProperty("outcomes").EnumerateObject())
                entry.Outcomes.Add(outcome.Name, outcome.Value.GetInt64());
            foreach (var failure in reader.Value.GetProperty("failures").EnumerateArray())
                entry.Failures.Add(failure.GetString()!);
            record.Readers.Add(reader.Name, entry);
        }
        return record;
    }

    public ReaderRecord Reader(string name)
    {
        if (!Readers.TryGetValue(name, out var entry))
            Readers.Add(name, entry = new());
        return entry;
    }

    public void Save(string path)
    {
        AtomicFile.Write(path, WriteJson);
        AtomicFile.WriteText(Path.ChangeExtension(path, ".md"), Page());
    }

    private void WriteJson(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach (var (name, entry) in Readers)
        {
            json.WriteStartObject(name);
            json.WriteNumber("done", entry.Done);
            json.WriteStartObject("outcomes");
            foreach (var (outcome, count) in entry.Outcomes)
                json.WriteNumber(outcome, count);
            json.WriteEndObject();
            json.WriteStartArray("failures");
            foreach (var failure in entry.Failures)
                json.WriteStringValue(failure);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private string Page()
    {
        var page = new StringBuilder();
        page.Append("# Fuzzing\n\nThe readers below, which are most of those that read files from outside, read damaged copies of small files. A reader may accept a file or refuse it in one line that names it; it may not throw anything else, ");
        page.Append("hang, or allocate more than the file justifies (1 MiB and 200 bytes for each byte of the file; 2,000 for compressed archives, tokenizers and trees in JSON, 600 for voxels and meshes). What is accepted is used: every tensor is loaded, every matrix multiplied, every leaf, voxel and box is asked for. Frozen trees get their lengths and checksums put right after the damage, seven times in eight.\n\n");
        page.Append("Mutation *n* of a reader is always the same file (`Fuzzing` in `tests/Sparseland.Language.Tests`, `tests/Sparseland.Trees.Tests` and `tests/Sparseland.Space.Tests`); the test suite reads the first 2,000 of each. This page is written by\n\n");
        page.Append("```\ndotnet run -c Release --project benchmarks/Sparseland.Fuzz -- --count 100000 --record docs/fuzzing.json\n```\n\nwhich goes on where it was interrupted.\n\n");
        page.Append("| reader | mutations | accepted | refused | failures |\n|---|---:|---:|---:|---:|\n");
        foreach (var (name, entry) in Readers)
        {
            var accepted = entry.Outcomes.GetValueOrDefault("accepted");
            page.Append(CultureInfo.InvariantCulture, $"| {name} | {entry.Done:N0} | {accepted:N0} | {entry.Done - accepted - entry.Failures.Count:N0} | {entry.Failures.Count} |\n");
        }
        foreach (var (name, entry) in Readers.Where(reader => reader.Value.Failures.Count > 0))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## Failures of {name}\n\n");
            foreach (var failure in entry.Failures)
                page.Append(CultureInfo.InvariantCulture, $"- {failure.ReplaceLineEndings(" ")}\n");
        }
        return page.ToString();
    }
}
