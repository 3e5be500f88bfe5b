namespace Sparseland.Cli.Tests;

/// <summary>kill -9 and Ctrl-C in the middle of every long verb: nothing half-written is seen, nothing old is lost, and what promises to go on does so to the same bytes.</summary>
public sealed class InterruptionTests : IDisposable
{
    private const int Interrupted = 130;
    private const int Killed = 137;
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-interruption").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("KILL", Killed)]
    [InlineData("INT", Interrupted)]
    public void Pruning_that_is_interrupted_again_and_again_keeps_the_old_output_and_ends_in_the_bytes_of_a_run_that_was_not(string signal, int code)
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"), blocks: 6, width: 64);
        var whole = Path.Combine(_folder, "whole");
        Assert.Equal(0, Tool.Run(Arguments(whole)).Code);

        var output = Path.Combine(_folder, "output");
        Old(output);
        var work = output + ".partial";
        foreach (var file in new[] { "pruned/part-block-0001.safetensors", "pruned/part-block-0005.safetensors", "recovery.safetensors" })
        {
            var (ended, _, errors) = Tool.Interrupt(() => File.Exists(Path.Combine(work, file)), signal, Arguments(output));
            Assert.Equal(code, ended);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
            AssertOld(output);
        }
        Assert.Equal(0, Tool.Run(Arguments(output)).Code);
        AssertSame(whole, output);
        Assert.False(Directory.Exists(work));

        string[] Arguments(string to) =>
            ["prune", model, "-o", to, "--force", "--sequences", "8", "--length", "96", "--recover", "20", "--calib", Path.Combine(model, SmallModel.Text), "--no-report", "-q"];
    }

    [Theory]
    [InlineData("KILL", Killed)]
    [InlineData("INT", Interrupted)]
    public void A_search_for_structures_that_is_interrupted_again_and_again_ends_in_the_bytes_of_a_run_that_was_not(string signal, int code)
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"), blocks: 4, width: 64);
        var whole = Path.Combine(_folder, "whole");
        Assert.Equal(0, Tool.Run(Arguments(whole)).Code);

        var output = Path.Combine(_folder, "output");
        Old(output);
        var work = output + ".partial";
        foreach (var place in new[] { "search/search.json", "search/supernet-2/model.layers.2.mlp" })
        {
            var (ended, _, errors) = Tool.Interrupt(() => Path.Exists(Path.Combine(work, place)), signal, Arguments(output));
            Assert.Equal(code, ended);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
            AssertOld(output);
        }
        Assert.Equal(0, Tool.Run(Arguments(output)).Code);
        AssertSame(whole, output);
        Assert.False(Directory.Exists(work));

        string[] Arguments(string to) =>
        [
            "prune", model, "-o", to, "--force", "--pattern", "neurons:8+heads", "--score", "obs", "--update", "solve", "--allocate", "search:iterations=2,generations=6,offspring=8", "--sparsity", "0.5",
            "--sequences", "8", "--length", "96", "--calib", Path.Combine(model, SmallModel.Text), "--no-report", "-q",
        ];
    }

    [Theory]
    [InlineData("KILL", Killed)]
    [InlineData("INT", Interrupted)]
    public void Converting_to_a_folder_that_is_interrupted_leaves_the_old_one_and_can_be_done_again(string signal, int code)
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"), blocks: 12, width: 64);
        var whole = Path.Combine(_folder, "whole");
        Assert.Equal(0, Tool.Run("convert", model, "-o", whole, "--layout", "dense", "--values", "bf16", "-q").Code);

        var output = Path.Combine(_folder, "output");
        Old(output);
        string[] arguments = ["convert", model, "-o", output, "--layout", "dense", "--values", "bf16", "--force", "-q"];
        var ended = Tool.Interrupt(() => File.Exists(Path.Combine(output + ".partial", "part-tensor-00003.safetensors")), signal, arguments);
        Assert.Equal(code, ended.Code);
        AssertOld(output);
        Assert.Equal(signal == "KILL", Directory.Exists(output + ".partial"));
        Assert.Equal(0, Tool.Run(arguments).Code);
        AssertSame(whole, output);
        Assert.False(Directory.Exists(output + ".partial"));
    }

    [Fact]
    public void Converting_to_a_file_that_is_killed_leaves_the_old_file_or_the_whole_new_one()
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"), blocks: 8, width: 128);
        // The file's name is written into it, so both have the same.
        var whole = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "whole")).FullName, "output.gguf");
        Assert.Equal(0, Tool.Run("convert", model, "-o", whole, "--values", "q8_0", "-q").Code);

        var output = Path.Combine(_folder, "output.gguf");
        File.WriteAllText(output, "old");
        string[] arguments = ["convert", model, "-o", output, "--values", "q8_0", "--force", "-q"];
        using (var process = Tool.Start(arguments))
        {
            while (!File.Exists(output + ".tmp") && !process.HasExited)
                Thread.Sleep(1);
            process.Kill();
            Tool.Finish(process);
        }
        var left = File.ReadAllBytes(output);
        Assert.True(left.AsSpan().SequenceEqual("old"u8) || left.AsSpan().SequenceEqual(File.ReadAllBytes(whole)));
        Assert.Equal(0, Tool.Run(arguments).Code);
        Assert.Equal(File.ReadAllBytes(whole), File.ReadAllBytes(output));
        Assert.False(File.Exists(output + ".tmp"));
    }

    [Theory]
    [InlineData("KILL", Killed)]
    [InlineData("INT", Interrupted)]
    public void Training_that_is_interrupted_ends_in_the_bytes_of_a_run_that_was_not(string signal, int code)
    {
        var recipe = Path.Combine(_folder, "recipe.json");
        File.WriteAllText(recipe, """
            {
              "name": "tiny", "seed": 4,
              "model": { "width": 16, "feedForwardWidth": 32, "blockCount": 1, "headCount": 2, "keyValueHeadCount": 2, "headWidth": 8, "contextLength": 256 },
              "tokenizer": { "vocabularySize": 300, "stories": 20 },
              "stories": { "packedShare": 0.2, "heldOut": 2 },
              "legs": [
                { "schedule": { "peak": 0.001, "steps": 230, "warmUpSteps": 10 }, "batchTokens": 256 },
                { "schedule": { "peak": 0.001, "steps": 230, "warmUpSteps": 10 }, "batchTokens": 256 }
              ]
            }
            """);
        var whole = Path.Combine(_folder, "whole");
        Assert.Equal(0, Tool.Run("train", recipe, "-o", whole, "-q").Code);

        var output = Path.Combine(_folder, "output");
        string[] arguments = ["train", recipe, "-o", output, "-q"];
        foreach (var leg in new[] { 1, 2 })
        {
            var ended = Tool.Interrupt(() => File.Exists(Path.Combine(output, ".training", $"leg-{leg}.safetensors")), signal, arguments);
            Assert.Equal(code, ended.Code);
            Assert.Equal(leg == 2, File.Exists(Path.Combine(output, SmallModel.Weights)));
        }
        Assert.Equal(0, Tool.Run(arguments).Code);
        AssertSame(whole, output);
    }

    [Theory]
    [InlineData("KILL", Killed)]
    [InlineData("INT", Interrupted)]
    public void Verbs_that_only_read_leave_nothing_behind(string signal, int code)
    {
        string[][] commands =
        [
            ["price"], ["run"], ["eval", "--count", "100000"], ["bench", "--rounds", "1000000", "--ways", "stored"], ["reproduce", "owl"],
        ];
        Parallel.ForEach(commands, new ParallelOptions { MaxDegreeOfParallelism = 2 }, command =>
        {
            // Past its start by its own processor time, however busy the machine is, and not near its end; the conversation waits for a line and uses little.
            var started = DateTime.UtcNow;
            var (ended, _, errors) = Tool.Interrupt(
                process => DateTime.UtcNow - started > TimeSpan.FromSeconds(15) || process.TotalProcessorTime > TimeSpan.FromSeconds(2.5), signal, command);
            Assert.True(code == ended, $"{command[0]}: {ended}, {errors}");
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
            if (signal == "INT")
                Assert.EndsWith("stopped; nothing was written", errors.TrimEnd(), StringComparison.Ordinal);
        });
        Assert.Empty(Directory.GetFileSystemEntries(AppContext.BaseDirectory, "*.partial").Concat(Directory.GetFileSystemEntries(AppContext.BaseDirectory, "*.tmp")));
    }

    private static void Old(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "old.txt"), "old");
    }

    private static void AssertOld(string folder)
    {
        Assert.Equal([Path.Combine(folder, "old.txt")], Directory.GetFileSystemEntries(folder));
        Assert.Equal("old", File.ReadAllText(Path.Combine(folder, "old.txt")));
    }

    private static void AssertSame(string expected, string actual)
    {
        var names = Directory.GetFiles(expected).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(names, Directory.GetFiles(actual).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (var name in names)
            Assert.True(File.ReadAllBytes(Path.Combine(expected, name!)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, name!))), name);
    }
}
