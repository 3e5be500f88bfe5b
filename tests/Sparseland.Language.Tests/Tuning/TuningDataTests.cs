using Sparseland.Errors;
using Sparseland.Language.Tests.Pruning;
using Sparseland.Language.Training;
using Sparseland.Language.Tuning;

namespace Sparseland.Language.Tests.Tuning;

public class TuningDataTests
{
    [Fact]
    public void An_epoch_shows_every_sequence_once_and_the_next_in_another_order()
    {
        var data = new TuningData([.. Enumerable.Range(0, 10).Select(i => new TokenSequence([i, i, i], [false, true, true]))], "test");
        var epochs = Enumerable.Range(0, 4).SelectMany(index => data.Batch(index, 5, 1, 8).Ids.Where((_, place) => place % 2 == 0)).Chunk(10).ToArray();
        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 10), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.Equal(data.Batch(3, 5, 1, 8).Ids, new TuningData(data.Sequences, "again").Batch(3, 5, 1, 8).Ids);
    }

    [Fact]
    public void What_is_held_out_is_not_learned()
    {
        var data = new TuningData([.. Enumerable.Range(0, 20).Select(i => new TokenSequence([i, i], [false, true]))], "test");
        var (trained, heldOut) = data.Split(0.25, 1);
        Assert.Equal((15, 5), (trained.Sequences.Count, heldOut!.Sequences.Count));
        Assert.Empty(trained.Sequences.Select(s => s.Ids[0]).Intersect(heldOut.Sequences.Select(s => s.Ids[0])));
        Assert.Null(data.Split(0.01, 1).HeldOut);
    }

    [Fact]
    public void Of_a_prompt_with_an_answer_the_answer_is_learned_and_of_a_text_everything()
    {
        using var file = new TemporaryFile(".jsonl", "{\"prompt\": \"ab\", \"answer\": \"cd\"}\n\n{\"text\": \"xyz\"}\n");
        var data = TuningText.Read(file.Path, new Characters(), 8);
        Assert.Equal("abcd".Select(unit => (int)unit), data.Sequences[0].Ids);
        Assert.Equal([false, false, true, true], data.Sequences[0].InAnswer);
        Assert.All(data.Sequences[1].InAnswer, Assert.True);
        Assert.Equal([TokenBatch.Ignore, 'c', 'd'], TokenBatch.FromSequences([data.Sequences[0]], 8).AnswerTargets);
    }

    [Fact]
    public void A_text_is_cut_into_windows_in_which_every_token_is_learned_once()
    {
        using var file = new TemporaryFile(".txt", "0123456789");
        var data = TuningText.Read(file.Path, new Characters(), 4);
        Assert.Equal(["01234", "45678", "89"], data.Sequences.Select(sequence => new Characters().Decode(sequence.Ids)));
    }

    [Theory]
    [InlineData("{\"prompt\": \"a\"}", "line 1")]
    [InlineData("{\"text\": \"ab\"}\nnot json", "line 2")]
    [InlineData("{\"text\": \"abcdefghijkl\"}", "12 tokens")]
    [InlineData("[1]", "line 1")]
    [InlineData("", "nothing to learn")]
    public void A_line_that_cannot_be_learned_is_named(string content, string named)
    {
        using var file = new TemporaryFile(".jsonl", content);
        Assert.Contains(named, Assert.Throws<InvalidFileException>(() => TuningText.Read(file.Path, new Characters(), 8)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_without_an_answer_are_refused() =>
        Assert.Throws<InvalidSettingException>(() => new TuningData([new TokenSequence([1, 2], [true, false])], "test"));

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string ending, string content)
        {
            Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"sparseland-{Guid.NewGuid():n}{ending}");
            File.WriteAllText(Path, content);
        }

        public string Path { get; }

        public void Dispose() => File.Delete(Path);
    }
}
