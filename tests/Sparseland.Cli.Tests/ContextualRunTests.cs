using System.Text.Json;

namespace Sparseland.Cli.Tests;

/// <summary>Contextual sparsity through the real command line.</summary>
public sealed class ContextualRunTests : IDisposable
{
    private static readonly string Model = Path.Combine(AppContext.BaseDirectory, "models", "storyteller");

    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-contextual").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Strict_correction_prints_the_dense_text_and_what_it_cost()
    {
        string Text(params string[] options)
        {
            var (code, output, errors) = Tool.Run(["run", Model, "A story about Tom and Anna", "-n", "24", "--json", "-q", .. options]);
            Assert.True(code == 0, errors);
            using var json = JsonDocument.Parse(output);
            return json.RootElement.GetProperty("text").GetString()!;
        }
        var dense = Text();
        Assert.Equal(dense, Text("--contextual", "0.5", "--correct", "sirius", "--strict", "--period", "5", "--tree", "3"));
        Assert.Equal(dense, Text("--contextual", "0.3", "--contextual-mode", "fine", "--correct", "sirius", "--strict"));
        Assert.Equal(dense, Text("--contextual", "1"));
        var (_, output, errors) = Tool.Run("run", Model, "A story about Tom and Anna", "-n", "24", "--contextual", "0.5", "--correct", "sirius", "--stats");
        Assert.StartsWith("A story about Tom and Anna", output, StringComparison.Ordinal);
        Assert.Contains("checks kept", errors, StringComparison.Ordinal);
        Assert.Contains("by the meter", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("greedy only", "PROMPT", "--contextual", "0.5", "--temperature", "0.8")]
    [InlineData("kept share", "PROMPT", "--contextual", "1.5")]
    [InlineData("kept share", "PROMPT", "--contextual", "0")]
    [InlineData("period", "PROMPT", "--contextual", "0.5", "--correct", "sirius", "--period", "1")]
    [InlineData("tree width", "PROMPT", "--contextual", "0.5", "--correct", "sirius", "--tree", "0")]
    [InlineData("--correct sirius", "PROMPT", "--contextual", "0.5", "--period", "8")]
    [InlineData("--contextual 0.5", "PROMPT", "--correct", "sirius")]
    [InlineData("did you mean 'sirius'", "PROMPT", "--contextual", "0.5", "--correct", "sirus")]
    [InlineData("did you mean 'coarse'", "PROMPT", "--contextual", "0.5", "--contextual-mode", "corse")]
    [InlineData("without a prompt", "--contextual", "0.5")]
    public void What_excludes_each_other_is_refused_in_one_line(string words, params string[] arguments)
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"));
        var (code, output, errors) = Tool.Run(["run", model, .. arguments, "-q"]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(words, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
