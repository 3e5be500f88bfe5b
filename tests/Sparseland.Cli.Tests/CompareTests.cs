using System.Text.Json;
using Sparseland.Language.Stories;

namespace Sparseland.Cli.Tests;

public sealed class CompareTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland-compare").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Recipes_from_files_and_names_are_compared_and_the_folder_has_table_and_plot()
    {
        var (model, output) = (SmallModel.Write(Path.Combine(_folder, "model"), blocks: 1, width: 64), Path.Combine(_folder, "compared"));
        var recipes = Directory.CreateDirectory(Path.Combine(_folder, "recipes")).FullName;
        File.WriteAllText(Path.Combine(recipes, "mine.json"), """{ "score": "wanda", "values": "bf16", "sparsity": 0.5, "calibration": { "sequences": 4, "length": 32 } }""");
        var (code, json, errors) = Tool.Run("prune", model, "--compare", recipes, "sparsegpt+obs", "--sequences", "4", "--length", "32", "--calib", Calibration(model), "--eval", Evaluation(model), "--seeds", "2", "-o", output, "--json", "-q");
        Assert.True(code == 0, errors);
        using var result = JsonDocument.Parse(json);
        var rows = result.RootElement.GetProperty("rows").EnumerateArray().Where(row => row.GetProperty("kind").GetString() == "Recipe").ToList();
        Assert.Equal(["mine", "sparsegpt+obs"], rows.Select(row => row.GetProperty("name").GetString()).Order());
        Assert.All(rows, row => Assert.True(row.GetProperty("meetsBudget").GetBoolean() && row.GetProperty("speedRatio").GetProperty("mean").GetDouble() > 0));
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(output, "report.html")), StringComparison.Ordinal);
        Assert.StartsWith("way,kind,target", File.ReadAllText(Path.Combine(output, "comparison.csv")), StringComparison.Ordinal);
        Assert.Contains("| mine | recipe |", File.ReadAllText(Path.Combine(output, "comparison.md")), StringComparison.Ordinal);
        Assert.Equal(json.Trim(), File.ReadAllText(Path.Combine(output, "comparison.json")).Trim());
    }

    [Fact]
    public void A_comparison_that_is_killed_keeps_its_cells_and_the_same_command_ends_it()
    {
        var (model, output) = (SmallModel.Write(Path.Combine(_folder, "model"), blocks: 1), Path.Combine(_folder, "compared"));
        var cells = Path.Combine(output + ".partial", "cells");
        string[] command = ["prune", model, "--compare", "magnitude", "random", "--no-speed", "--calib", Calibration(model), "--eval", Evaluation(model), "--length", "32", "-o", output, "-q"];
        Tool.Interrupt(() => Directory.Exists(cells) && Directory.GetFiles(cells, "*.json").Length >= 3, "KILL", command);
        var kept = Directory.GetFiles(cells, "*.json").ToDictionary(path => Path.GetFileName(path)!, File.GetLastWriteTimeUtc);
        var (code, table, errors) = Tool.Run(command);
        Assert.True(code == 0, errors);
        Assert.Contains("3 seeds; mean", table, StringComparison.Ordinal);
        Assert.All(kept, cell => Assert.Equal(cell.Value, File.GetLastWriteTimeUtc(Path.Combine(output, "cells", cell.Key))));
    }

    [Theory]
    [InlineData("there is no file of that name", "--compare", "wanda+owll")]
    [InlineData("--at space", "--compare", "wanda", "--at", "space")]
    [InlineData("--speed contradict", "--compare", "wanda", "--at", "bytes", "--speed", "2x")]
    [InlineData("--seeds 0", "--compare", "wanda", "--seeds", "0")]
    [InlineData("CODE=REASON", "--compare", "wanda", "--allow", "SPL018")]
    [InlineData("SPL018: ", "--compare", "wanda", "wanda+owl:lambda=0.1", "wanda+owl:lambda=0.2")]
    [InlineData("SPL010: ", "--compare", "wanda", "--calib", "TEXT", "--eval", "TEXT", "--sequences", "2")]
    [InlineData("wanda cannot take 100 bytes", "--compare", "wanda", "--budget", "100", "--calib", "TEXT", "--eval", "OTHER")]
    public void What_is_wrong_or_unfair_gets_one_line_and_exit_code_2(string words, params string[] arguments)
    {
        var model = SmallModel.Write(Path.Combine(_folder, "model"), blocks: 1);
        var output = Path.Combine(_folder, "compared");
        var (code, _, errors) = Tool.Run(["prune", model, "-o", output, "-q", "--no-speed", "--length", "64", .. arguments.Select(one => one switch { "TEXT" => Calibration(model), "OTHER" => Evaluation(model), _ => one })]);
        Assert.Equal(2, code);
        Assert.Contains(words, Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.False(Directory.Exists(output) || Directory.Exists(output + ".partial"));
    }

    private static string Calibration(string model) => Path.Combine(model, SmallModel.Text);

    // Stories that are not among the model's own text.
    private static string Evaluation(string model)
    {
        var path = Path.Combine(model, "evaluation.txt");
        File.WriteAllText(path, string.Join("\n", StoryCorpus.Texts(6, 0, 8)));
        return path;
    }
}
