using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Pruning;

public class ModelPrunerTests
{
    private static readonly Recipe SparseGpt = new() { Score = new MethodChoice("sparsegpt"), Update = new MethodChoice("obs"), Sparsity = 0.5 };

    [Theory]
    [InlineData("wanda", "none", "unstructured", "f32", "auto")]
    [InlineData("sparsegpt", "obs", "2:4", "bf16", "auto")]
    [InlineData("magnitude", "none", "unstructured", "f32", "dense")]
    [InlineData("magnitude", "none", "block:1x4", "bf16", "dense")]
    [InlineData("random", "none", "1:4", "int8", "auto")]
    public void The_folder_is_a_model_whose_weights_obey_the_recipe(string score, string update, string pattern, string values, string layout)
    {
        using var fixture = new PruningFixture();
        var recipe = new Recipe { Score = new MethodChoice(score), Update = new MethodChoice(update), Pattern = Pattern.Parse(pattern), Values = ValueNames.Parse(values), Layout = layout };
        var result = ModelPruner.Prune(Request(fixture, recipe));
        Assert.Equal(Path.GetFullPath(fixture.Output), result.Folder);
        Assert.Equal(["README.md", "config.json", "model.safetensors", "recipe.json", "report.json"], Directory.GetFiles(fixture.Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(fixture.Output + ".partial"));
        using var pruned = Checkpoint.Open(fixture.Output);
        foreach (var layer in result.Report.Layers)
        {
            Assert.Equal(recipe.TargetSparsity, layer.Achieved, 0.03);
            var stored = pruned.LoadMatrix(layer.Name);
            var zeros = pruned.LoadTensor(layer.Name).Span.ToArray().Count(value => value == 0);
            Assert.True(zeros >= layer.Achieved * layer.Rows * layer.Columns - 0.5);
            if (layout == "auto")
                Assert.Equal(layer.Achieved, stored.Sparsity, 1e-9);
        }
        Assert.Equal(recipe.ToJson(), Recipe.Parse(File.ReadAllText(Path.Combine(fixture.Output, "recipe.json"))).ToJson());
        Assert.Equal(result.Report.ToJson(), PruneReport.Read(Path.Combine(fixture.Output, "report.json")).ToJson());
        Assert.Equal(recipe.ToJson(), pruned.Metadata["sparseland.recipe"]);
        Assert.Equal(recipe.TargetSparsity, result.Report.Sparsity, 0.03);
        Assert.All(fixture.Logits(TransformerModel.Load(pruned)), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void A_run_that_is_cancelled_at_any_block_and_called_again_ends_in_the_same_bytes()
    {
        using var fixture = new PruningFixture();
        var recipe = SparseGpt with { Allocation = new MethodChoice("owl") };
        ModelPruner.Prune(Request(fixture, recipe));
        var expected = PruningFixture.Bytes(fixture.Output);
        for (var block = 0; block < 3; block++)
        {
            var output = Path.Combine(fixture.Folder, $"resumed {block}");
            var request = Request(fixture, recipe) with { Output = output };
            using (var cancel = new CancellationTokenSource())
            {
                var stop = new Stop($"pruning block {block + 1} of 3", cancel);
                Assert.ThrowsAny<OperationCanceledException>(() => ModelPruner.Prune(request, stop, cancel.Token));
            }
            Assert.False(Directory.Exists(output));
            var result = ModelPruner.Prune(request);
            Assert.Equal(block, result.ResumedBlocks);
            Assert.Equal(expected, PruningFixture.Bytes(output));
        }
    }

    [Fact]
    public void What_another_recipe_or_a_damaged_file_left_is_not_used()
    {
        using var fixture = new PruningFixture();
        ModelPruner.Prune(Request(fixture, SparseGpt));
        var expected = PruningFixture.Bytes(fixture.Output);
        var request = Request(fixture, SparseGpt) with { Output = Path.Combine(fixture.Folder, "second") };
        Interrupt(request with { Recipe = SparseGpt with { Sparsity = 0.3 } }, 3);
        Assert.Equal(0, ModelPruner.Prune(request).ResumedBlocks);
        Assert.Equal(expected, PruningFixture.Bytes(request.Output));
        Directory.Delete(request.Output, recursive: true);
        Interrupt(request, 3);
        var hidden = Directory.GetFiles(request.Output + ".partial", "hidden-*.bin").Single();
        var bytes = File.ReadAllBytes(hidden);
        bytes[100] ^= 1;
        File.WriteAllBytes(hidden, bytes);
        Assert.Equal(0, ModelPruner.Prune(request).ResumedBlocks);
        Assert.Equal(expected, PruningFixture.Bytes(request.Output));
    }

    [Fact]
    public void Hidden_states_in_a_work_file_give_the_same_bytes()
    {
        using var fixture = new PruningFixture();
        ModelPruner.Prune(Request(fixture, SparseGpt));
        var request = Request(fixture, SparseGpt) with { Output = Path.Combine(fixture.Folder, "spilled"), HiddenStateBudget = 100 };
        ModelPruner.Prune(request);
        Assert.Equal(PruningFixture.Bytes(fixture.Output), PruningFixture.Bytes(request.Output));
    }

    [Fact]
    public void A_sparsity_of_zero_changes_no_bit()
    {
        using var fixture = new PruningFixture();
        ModelPruner.Prune(Request(fixture, SparseGpt with { Sparsity = 0 }));
        using var result = Checkpoint.Open(fixture.Output);
        foreach (var (name, values) in fixture.Checkpoint.Values)
            Assert.Equal(values.Span.ToArray(), result.LoadTensor(name).Span.ToArray());
    }

    [Fact]
    public void Later_blocks_see_what_earlier_ones_lost_unless_they_are_told_to_look_at_the_dense_model()
    {
        using var fixture = new PruningFixture();
        IReadOnlyList<LayerReport> Prune(CalibrationSettings settings, out TransformerModel model)
        {
            model = fixture.Checkpoint.ToModel();
            return ModelPruner.PruneInMemory(fixture.Checkpoint, SparseGpt with { Calibration = settings }, fixture.Calibration, model);
        }
        var pruned = Prune(new CalibrationSettings(), out var first);
        var dense = Prune(new CalibrationSettings { DenseInputs = true }, out var second);
        var steps = Prune(new CalibrationSettings { TrueSequential = true }, out _);
        // The first inputs are the same; from then on they differ.
        Assert.Equal(Dense(first.Blocks[0]["self_attn.q_proj"]), Dense(second.Blocks[0]["self_attn.q_proj"]));
        Assert.NotEqual(Dense(first.Blocks[1]["self_attn.q_proj"]), Dense(second.Blocks[1]["self_attn.q_proj"]));
        Assert.Equal(pruned[0], steps[0] with { Notes = pruned[0].Notes });
        Assert.NotEqual(pruned[3].OutputError, steps[3].OutputError);
        Assert.All(dense, layer => Assert.InRange(layer.OutputError!.Value, 1e-6, 1));
    }

    [Fact]
    public void Pruning_on_disk_and_in_memory_gives_the_same_model()
    {
        using var fixture = new PruningFixture();
        ModelPruner.Prune(Request(fixture, SparseGpt));
        var model = fixture.Checkpoint.ToModel();
        ModelPruner.PruneInMemory(fixture.Checkpoint, SparseGpt, fixture.Calibration, model);
        using var checkpoint = Checkpoint.Open(fixture.Output);
        foreach (var block in model.Blocks)
            foreach (var projection in block.Projections)
                Assert.Equal(checkpoint.LoadTensor(TensorNames.Weight(block.Index, projection.Name)).Span.ToArray(), Dense(projection));
    }

    [Fact]
    public void Loud_rows_that_change_no_output_give_their_block_the_lowest_sparsity()
    {
        using var fixture = new PruningFixture(blocks: 3);
        var up = fixture.Checkpoint.Values["model.layers.1.mlp.up_proj.weight"].Matrix;
        var down = fixture.Checkpoint.Values["model.layers.1.mlp.down_proj.weight"].Matrix;
        var before = fixture.Logits(fixture.Checkpoint.ToModel());
        for (var row = 0; row < 4; row++)
        {
            foreach (ref var weight in up.Row(row))
                weight *= 16;
            for (var i = 0; i < down.Rows; i++)
                down[i, row] /= 16;
        }
        Assert.Equal(before, fixture.Logits(fixture.Checkpoint.ToModel()));
        var result = ModelPruner.Prune(Request(fixture, new Recipe { Allocation = new MethodChoice("owl"), Sparsity = 0.7 }));
        var requested = result.Report.Layers.GroupBy(layer => layer.Block).Select(block => block.First().Requested).ToArray();
        Assert.Equal(1, Array.IndexOf(requested, requested.Min()));
        Assert.Equal(0.16, requested.Max() - requested.Min(), 1e-9);
        Assert.Equal("outliers (%)", result.Report.Blocks.Single().Name);
    }

    [Fact]
    public void Figures_are_measured_before_and_after()
    {
        using var fixture = new PruningFixture();
        var result = ModelPruner.Prune(Request(fixture, SparseGpt) with { Measure = (model, _) => [("first logit", fixture.Logits(model)[0])] });
        var figure = result.Report.Figures.Single();
        Assert.Equal(fixture.Logits(fixture.Checkpoint.ToModel())[0], figure.Before!.Value);
        Assert.NotEqual(figure.Before, figure.After);
        Assert.Contains("first logit", File.ReadAllText(Path.Combine(fixture.Output, "README.md")));
        Assert.True(result.PeakBytes > 0 && result.EstimatedBytes > 0);
    }

    [Fact]
    public void An_output_that_exists_and_a_recipe_that_cannot_be_are_refused_and_nothing_is_written()
    {
        using var fixture = new PruningFixture();
        Directory.CreateDirectory(fixture.Output);
        File.WriteAllText(Path.Combine(fixture.Output, "mine.txt"), "mine");
        Assert.Contains("exists", Assert.Throws<InvalidSettingException>(() => ModelPruner.Prune(Request(fixture, SparseGpt))).Message);
        Assert.Throws<InvalidSettingException>(() => ModelPruner.Prune(Request(fixture, SparseGpt with { Sparsity = 1.2 })));
        Assert.Contains("calibration text", Assert.Throws<InvalidSettingException>(() => ModelPruner.Prune(Request(fixture, SparseGpt) with { Calibration = null })).Message);
        Assert.Contains("largest lambda", Assert.Throws<InvalidSettingException>(() =>
            ModelPruner.Prune(Request(fixture, SparseGpt with { Allocation = MethodChoice.Parse("owl:lambda=0.9") }) with { Replace = true })).Message);
        Assert.False(Directory.Exists(fixture.Output + ".partial"));
        Assert.Equal("mine", File.ReadAllText(Path.Combine(fixture.Output, "mine.txt")));
        ModelPruner.Prune(Request(fixture, new Recipe { Score = new MethodChoice("magnitude") }) with { Calibration = null, Replace = true });
        Assert.False(File.Exists(Path.Combine(fixture.Output, "mine.txt")));
    }

    [Fact]
    public void Warnings_carry_their_codes()
    {
        using var fixture = new PruningFixture();
        var result = ModelPruner.Prune(Request(fixture, new Recipe { Score = new MethodChoice("magnitude"), Sparsity = 0.998 }));
        Assert.Contains(result.Report.Warnings, warning => warning.Code == WarningCodes.LayerEmpty);
        Assert.Contains(result.Report.Warnings, warning => warning.Code == WarningCodes.DeadRows);
        var uniform = ModelPruner.Prune(Request(fixture, new Recipe { Allocation = MethodChoice.Parse("owl:lambda=0") }) with { Replace = true });
        Assert.Contains(uniform.Report.Warnings, warning => warning.Code == WarningCodes.AllocationUniform);
    }

    private static PruneRequest Request(PruningFixture fixture, Recipe recipe) =>
        new() { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = fixture.Output, Calibration = fixture.Calibration };

    private static void Interrupt(PruneRequest request, int block)
    {
        using var cancel = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => ModelPruner.Prune(request, new Stop($"pruning block {block} of 3", cancel), cancel.Token));
    }

    private static float[] Dense(Projection projection)
    {
        var tensor = new Tensor<float>(new Shape(projection.Matrix.Rows, projection.Matrix.Columns));
        projection.Matrix.ToDense(tensor.Matrix);
        return tensor.Span.ToArray();
    }

    private sealed class Stop(string stage, CancellationTokenSource cancel) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Stage == stage)
                cancel.Cancel();
        }
    }
}
