using Sparseland.Errors;
using Sparseland.Language.Pruning;

namespace Sparseland.Language.Tests.Pruning;

public sealed class CalibrationTextTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-calibration-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Plain_text_is_one_document_and_JSON_lines_are_many()
    {
        Assert.Equal(["one\ntwo"], CalibrationText.ReadDocuments(Write("a.txt", "one\ntwo")));
        Assert.Equal(["one", "two"], CalibrationText.ReadDocuments(Write("a.jsonl", "{\"text\":\"one\"}\n\n{\"id\":2,\"text\":\"two\"}\n")));
    }

    [Theory]
    [InlineData("a.txt", " \n ", "empty")]
    [InlineData("a.jsonl", "{\"text\":\"one\"}\n{\"words\":1}", "line 2")]
    [InlineData("a.jsonl", "one", "line 1")]
    public void A_text_without_text_is_refused_with_its_place(string name, string content, string expected) =>
        Assert.Contains(expected, Assert.Throws<InvalidFileException>(() => CalibrationText.ReadDocuments(Write(name, content))).Message);

    [Fact]
    public void A_missing_file_is_named() => Assert.Contains("nowhere.txt", Assert.Throws<InvalidFileException>(() => CalibrationText.ReadDocuments("nowhere.txt")).Message);

    [Fact]
    public void Windows_are_runs_of_a_document_that_depend_on_the_seed()
    {
        var documents = new[] { "0123456789abcdef", "short", "ABCDEFGHIJKLMNOPQRSTUVWXYZ" };
        var set = CalibrationText.Cut(documents, new Characters(), 50, 8, 3, "test");
        Assert.Equal((50, 8, "test"), (set.Count, set.Length, set.Source));
        Assert.All(set.Sequences, sequence => Assert.Contains(documents, document => document.Contains(string.Concat(sequence.Select(id => (char)id)), StringComparison.Ordinal)));
        Assert.Equal(set.Hash, CalibrationText.Cut(documents, new Characters(), 50, 8, 3, "test").Hash);
        Assert.NotEqual(set.Hash, CalibrationText.Cut(documents, new Characters(), 50, 8, 4, "test").Hash);
    }

    [Fact]
    public void Short_documents_are_laid_end_to_end_and_too_little_text_is_refused()
    {
        var set = CalibrationText.Cut(["abc", "def", "ghi"], new Characters(), 5, 6, 1, "test");
        Assert.All(set.Sequences, sequence => Assert.Contains(string.Concat(sequence.Select(id => (char)id)), "abcdefghi"));
        Assert.Contains("3 tokens are less than one window of 6", Assert.Throws<InvalidSettingException>(() => CalibrationText.Cut(["abc"], new Characters(), 5, 6, 1, "test")).Message);
        Assert.Throws<InvalidSettingException>(() => new CalibrationSet([], "nothing"));
        Assert.Throws<InvalidSettingException>(() => new CalibrationSet([[1, 2], [1]], "uneven"));
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
