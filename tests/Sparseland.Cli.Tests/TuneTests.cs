using System.Text.Json;

namespace Sparseland.Cli.Tests;

public sealed class TuneTests : IDisposable
{
    private const string State = "tuning-state.safetensors";

    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-tune").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_tuned_model_runs_and_its_adapter_can_be_listed_fused_and_taken_out()
    {
        var model = SmallModel.Write(At("model"));
        var (code, json, _) = Tool.Run([.. Tune(model, At("tuned")), "--d", "0.2", "--json"]);
        Assert.Equal(0, code);
        using (var report = JsonDocument.Parse(json))
        {
            Assert.Equal(6, report.RootElement.GetProperty("steps").GetInt32());
            Assert.True(report.RootElement.GetProperty("heldOutAfter").GetDouble() < report.RootElement.GetProperty("heldOutBefore").GetDouble());
        }
        Assert.Equal(0, Tool.Run("run", At("tuned"), "Tom", "-n", "4", "-q").Code);
        Assert.Equal(0, Tool.Run("eval", At("tuned"), "--text", Path.Combine(model, SmallModel.Text), "-q").Code);
        Assert.Equal(0, Tool.Run([.. Tune(model, At("other.safetensors")), "--d", "0.2", "--seed", "2"]).Code);
        Assert.Contains("s2ft", Tool.Run("adapter", "list", At("tuned"), At("other.safetensors")).Output, StringComparison.Ordinal);
        Assert.Equal(0, Tool.Run("adapter", "switch", At("tuned"), At("tuned"), At("other.safetensors"), "-o", At("switched"), "-q").Code);
        Assert.Equal(0, Tool.Run("adapter", "fuse", model, At("other.safetensors"), "-o", At("fused"), "-q").Code);
        using var compared = JsonDocument.Parse(Tool.Run("adapter", "unfuse", At("switched"), At("other.safetensors"), "-o", At("back"), "-q", "--json").Output);
        Assert.Equal(0, compared.RootElement.GetProperty("adapters").GetArrayLength());
        Assert.Equal(0, Tool.Run("run", At("switched"), "Tom", "-n", "4", "-q").Code);
        Assert.Equal(0, Tool.Run("adapter", "merge", At("tuned"), At("other.safetensors"), "-o", At("both.safetensors"), "-q").Code);
    }

    [Fact]
    public void Interrupted_it_goes_on_and_ends_in_the_same_bytes()
    {
        var model = SmallModel.Write(At("model"));
        Assert.Equal(0, Tool.Run(Tune(model, At("straight"), steps: "500")).Code);
        var killed = Tool.Interrupt(() => File.Exists(Path.Combine(At("killed.partial"), State)), "KILL", Tune(model, At("killed"), steps: "500"));
        Assert.NotEqual(0, killed.Code);
        // Another command is told what is in its way; the same one goes on.
        var other = Tool.Run(Tune(model, At("killed")));
        Assert.Equal(2, other.Code);
        Assert.Single(other.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(0, Tool.Run(Tune(model, At("killed"), steps: "500")).Code);
        foreach (var file in Directory.GetFiles(At("straight")))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(At("killed"), Path.GetFileName(file))));
    }

    [Fact]
    public void Stopped_by_the_user_it_says_that_it_can_go_on()
    {
        var model = SmallModel.Write(At("model"));
        var (code, _, errors) = Tool.Interrupt(() => File.Exists(Path.Combine(At("stopped.partial"), State)), "INT", Tune(model, At("stopped"), steps: "4000"));
        Assert.Equal(130, code);
        Assert.Contains("goes on from there", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tune", "-o", "out")]
    [InlineData("tune", "--data", "nowhere.jsonl", "-o", "out")]
    [InlineData("tune", "--stories", "usuall", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--data", "x", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--method", "lara", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--method", "lora", "--d", "0.1", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--d", "1.5", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--select", "largest-mass", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--lr", "-1", "-o", "out")]
    [InlineData("tune", "--stories", "usual", "--method", "full", "-o", "out.safetensors")]
    [InlineData("adapter", "liste", "x")]
    [InlineData("adapter", "list", "nowhere.safetensors")]
    [InlineData("adapter", "fuse", "nowhere", "x.safetensors", "-o", "out")]
    [InlineData("adapter", "switch", "a", "b", "-o", "out")]
    public void Bad_input_gets_one_line_and_exit_code_2(params string[] arguments)
    {
        var (code, output, errors) = Tool.Run(arguments is ["tune", ..] ? [.. arguments, "-q"] : arguments);
        Assert.Equal(2, code);
        Assert.Equal("", output);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Adapters_that_meet_are_refused_with_the_indices_when_they_must_not()
    {
        var model = SmallModel.Write(At("model"));
        foreach (var seed in new[] { "1", "2" })
            Assert.Equal(0, Tool.Run([.. Tune(model, At($"{seed}.safetensors")), "--d", "0.9", "--seed", seed]).Code);
        var (code, _, errors) = Tool.Run("adapter", "fuse", model, At("1.safetensors"), At("2.safetensors"), "--exclusive", "-o", At("both"), "-q");
        Assert.Equal(2, code);
        Assert.Contains("columns", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("both")));
        var (foreign, _, message) = Tool.Run("adapter", "fuse", SmallModel.Write(At("another"), width: 48), At("1.safetensors"), "-o", At("both"), "-q");
        Assert.Equal(2, foreign);
        Assert.Contains("was made for the model", message, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static string[] Tune(string model, string output, string steps = "6") =>
        ["tune", model, "--data", Path.Combine(model, SmallModel.Text), "--steps", steps, "--batch", "4", "--lr", "0.01", "-o", output, "-q"];
}
