using System.Text.Json;
using Sparseland.Cli.Verbs;

namespace Sparseland.Cli.Tests;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-cli").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_verb_has_two_examples_and_help_that_shows_them()
    {
        foreach (var verb in VerbList.All)
            Assert.True(verb.Examples.Count >= 2 && verb.Examples.All(example => example.Command.StartsWith($"sparseland {verb.Name}", StringComparison.Ordinal)), verb.Name);
        var (code, output, _) = Tool.Run("prune", "--help");
        Assert.Equal(0, code);
        Assert.Contains("sparseland prune -o my-sparse", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prune", "--sparsity", "1.2", "-o", "out")]
    [InlineData("prune", "--score", "wnda", "-o", "out")]
    [InlineData("prune", "--pattern", "2:7", "-o", "out")]
    [InlineData("prune")]
    [InlineData("prune", "nowhere", "-o", "out")]
    [InlineData("run", "nowhere", "x")]
    [InlineData("eval", "--tasks", "riddles")]
    [InlineData("convert", "-o", "out", "--values", "f33")]
    [InlineData("train", "nowhere.json")]
    [InlineData("bench", "--ways", "f33")]
    [InlineData("reproduce", "no-such-system")]
    [InlineData("inspect", "--threads", "-1")]
    [InlineData("no-such-verb")]
    public void Bad_input_gets_one_line_and_exit_code_2(params string[] arguments)
    {
        var (code, output, errors) = Tool.Run(arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Removed_neurons_leave_a_smaller_dense_model_that_runs()
    {
        var (model, output) = (SmallModel.Write(Path.Combine(_folder, "model")), Path.Combine(_folder, "small"));
        var text = Path.Combine(model, SmallModel.Text);
        var (code, json, _) = Tool.Run("prune", model, "--pattern", "neurons", "--sparsity", "0.5", "--sequences", "4", "--length", "32", "--calib", text, "-o", output, "--no-report", "--json", "-q");
        Assert.Equal(0, code);
        using var report = JsonDocument.Parse(json);
        Assert.Equal(64, report.RootElement.GetProperty("structures").GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("kept").GetInt32()));
        using var inspected = JsonDocument.Parse(Tool.Run("inspect", output, "--json", "-q").Output);
        Assert.All(inspected.RootElement.GetProperty("matrices").EnumerateArray(), matrix => Assert.Equal("dense", matrix.GetProperty("layout").GetString()));
        Assert.Equal(0, Tool.Run("run", output, "Tom", "-n", "4", "--as-stored", "-q").Code);
        var refused = Tool.Run("prune", model, "--pattern", "neurons", "--update", "obs", "--calib", text, "-o", Path.Combine(_folder, "none"), "-q");
        Assert.Equal(2, refused.Code);
        Assert.Contains("changes single weights under a mask", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_pruned_refused_a_second_time_inspected_and_run()
    {
        var output = Path.Combine(_folder, "sparse");
        Assert.Equal(0, Tool.Run("prune", "-o", output, "--score", "magnitude", "--update", "none", "--recover", "0", "--no-report", "-q").Code);
        var before = File.ReadAllBytes(Path.Combine(output, "model.safetensors"));
        Assert.Equal(2, Tool.Run("prune", "-o", output, "-q").Code);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(output, "model.safetensors")));

        using var inspected = JsonDocument.Parse(Tool.Run("inspect", output, "--json", "-q").Output);
        Assert.Contains(inspected.RootElement.GetProperty("matrices").EnumerateArray(), matrix => matrix.GetProperty("layout").GetString() == "2:4" && matrix.GetProperty("sparsity").GetDouble() == 0.5);

        var first = Tool.Run("run", output, "A story about Tom and Anna", "-n", "12", "--temperature", "0.8", "--seed", "3", "--as-stored", "--json", "-q");
        Assert.Equal(0, first.Code);
        using var story = JsonDocument.Parse(first.Output);
        var text = story.RootElement.GetProperty("text").GetString();
        using var again = JsonDocument.Parse(Tool.Run("run", output, "A story about Tom and Anna", "-n", "12", "--temperature", "0.8", "--seed", "3", "--threads", "1", "--as-stored", "--json", "-q").Output);
        Assert.Equal(text, again.RootElement.GetProperty("text").GetString());
        var fastest = Tool.Run("run", output, "A story about Tom and Anna", "-n", "12");
        Assert.Equal(0, fastest.Code);
        Assert.Contains("as ", fastest.Errors, StringComparison.Ordinal);

        using var speed = JsonDocument.Parse(Tool.Run("inspect", output, "--speed", "--json", "-q").Output);
        Assert.All(speed.RootElement.GetProperty("choices").EnumerateArray(), choice => Assert.Contains("timed here", choice.GetProperty("reason").GetString()!, StringComparison.Ordinal));
        var table = Tool.Run("bench", output, "--ways", "stored,bf16,q8_0", "--prompt", "8", "--decode", "4", "--rounds", "1", "--format", "csv", "-q").Output;
        var lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("model,stored,in memory,prompt tok/s,decode tok/s", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], line => Assert.EndsWith(",yes", line.Trim(), StringComparison.Ordinal));
    }

    [Fact]
    public void A_dry_run_lists_every_tensor_and_writes_nothing()
    {
        var (code, output, _) = Tool.Run("prune", "--dry-run", "--json", "-o", Path.Combine(_folder, "none"));
        Assert.Equal(0, code);
        using var plan = JsonDocument.Parse(output);
        Assert.Equal(42, plan.RootElement.GetProperty("tensors").EnumerateArray().Count(tensor => tensor.GetProperty("prunes").GetBoolean()));
        Assert.False(Directory.Exists(Path.Combine(_folder, "none")));
    }
}
