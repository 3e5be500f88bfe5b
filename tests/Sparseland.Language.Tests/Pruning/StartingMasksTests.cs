using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Pruning;

/// <summary>A model that is pruned already is refined: its masks are the first ones, whatever score and layout made them.</summary>
public class StartingMasksTests
{
    private static readonly Recipe Magnitude = new() { Score = new MethodChoice("magnitude"), Sparsity = 0.6 };
    private static readonly Recipe Refining = new() { Score = new MethodChoice("wanda"), Update = MethodChoice.Parse("dsnot:guard=false"), Layout = "dense" };

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void In_every_architecture_rows_keep_their_counts_and_weights_have_their_dense_values(string architecture)
    {
        using var fixture = new PruningFixture(architecture, sequences: 8);
        using var pruned = Prune(fixture, Magnitude, "pruned");
        using var refined = Refine(fixture, pruned, Refining);
        var swapped = 0;
        foreach (var matrix in PruningPlan.PrunableMatrices(fixture.Configuration))
        {
            var (dense, before, after) = (fixture.Checkpoint.LoadTensor(matrix.Name), pruned.LoadTensor(matrix.Name), refined.LoadTensor(matrix.Name));
            for (var row = 0; row < matrix.Rows; row++)
            {
                var first = before.Matrix.Row(row);
                var second = after.Matrix.Row(row);
                Assert.Equal(matrix.Columns - first.Count(0f), matrix.Columns - second.Count(0f));
                for (var column = 0; column < matrix.Columns; column++)
                    if (second[column] != 0)
                        Assert.Equal(dense.Matrix[row, column], second[column]);
                swapped += first.SequenceEqual(second) ? 0 : 1;
            }
        }
        Assert.True(swapped > 0);
        Assert.All(fixture.Logits(TransformerModel.Load(refined)), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory]
    [InlineData("bitmap", ElementType.BFloat16, "unstructured")]
    [InlineData("bitmap", ElementType.Int8, "unstructured")]
    [InlineData("dense", ElementType.Float32, "unstructured")]
    [InlineData("auto", ElementType.BFloat16, "2:4")]
    public void Without_an_exchange_the_masks_come_back_from_every_layout(string layout, ElementType values, string pattern)
    {
        using var fixture = new PruningFixture();
        var recipe = Magnitude with { Layout = layout, Values = values, Pattern = Pattern.Parse(pattern), Sparsity = 0.5 };
        using var pruned = Prune(fixture, recipe, "pruned");
        using var refined = Refine(fixture, pruned, recipe with { Update = MethodChoice.Parse("dsnot:cycles=0,guard=false"), Score = new MethodChoice("random") });
        foreach (var matrix in PruningPlan.PrunableMatrices(fixture.Configuration))
            Assert.Equal(pruned.LoadTensor(matrix.Name).Span.ToArray(), refined.LoadTensor(matrix.Name).Span.ToArray());
    }

    [Fact]
    public void Weights_that_an_update_has_changed_are_refused_and_on_request_stay()
    {
        using var fixture = new PruningFixture();
        using var pruned = Prune(fixture, new Recipe { Score = new MethodChoice("sparsegpt"), Update = new MethodChoice("obs"), Sparsity = 0.5 }, "pruned");
        var request = Request(fixture, pruned, Refining);
        Assert.Contains("differ from the dense model's", Assert.Throws<MismatchException>(() => ModelPruner.Prune(request)).Message, StringComparison.Ordinal);
        var report = ModelPruner.Prune(request with { AllowsUpdated = true }).Report;
        Assert.Equal("pruned", report.MasksFrom);
        Assert.All(report.Layers, layer => Assert.Contains(layer.Notes, note => note.Contains("begin with the value of the pruned model", StringComparison.Ordinal)));
        using var refined = Checkpoint.Open(fixture.Output);
        foreach (var matrix in PruningPlan.PrunableMatrices(fixture.Configuration))
        {
            var (dense, before, after) = (fixture.Checkpoint.LoadTensor(matrix.Name), pruned.LoadTensor(matrix.Name), refined.LoadTensor(matrix.Name));
            for (var i = 0; i < after.Span.Length; i++)
                Assert.True(after.Span[i] == 0 || after.Span[i] == (before.Span[i] != 0 ? before.Span[i] : dense.Span[i]));
        }
    }

    [Fact]
    public void Obs_updates_the_weights_under_masks_that_are_there()
    {
        using var fixture = new PruningFixture();
        using var pruned = Prune(fixture, Magnitude, "pruned");
        using var updated = Refine(fixture, pruned, Refining with { Score = new MethodChoice("sparsegpt"), Update = new MethodChoice("obs") });
        foreach (var matrix in PruningPlan.PrunableMatrices(fixture.Configuration))
            Assert.Equal(Zeros(pruned.LoadTensor(matrix.Name)), Zeros(updated.LoadTensor(matrix.Name)));
    }

    [Fact]
    public void What_cannot_be_refined_is_refused_with_the_way_out()
    {
        using var fixture = new PruningFixture();
        using var pruned = Prune(fixture, Magnitude, "pruned");
        string Refusal(Recipe recipe, ICheckpoint from) => Assert.ThrowsAny<SparselandException>(() => ModelPruner.Prune(Request(fixture, from, recipe))).Message;
        Assert.Contains("leaves no mask", Refusal(Refining with { Update = new MethodChoice("svd"), Layout = "auto" }, pruned), StringComparison.Ordinal);
        Assert.Contains("breaks the pattern 2:4", Refusal(Refining with { Pattern = Pattern.Parse("2:4") }, pruned), StringComparison.Ordinal);
        Assert.Contains("leave rules", Refusal(Refining with { Allocation = new MethodChoice("owl") }, pruned), StringComparison.Ordinal);
        Assert.Contains("whole structures", Refusal(new Recipe { Score = new MethodChoice("magnitude"), Pattern = Pattern.Parse("neurons") }, pruned), StringComparison.Ordinal);
        Assert.Contains("nothing in it is pruned", Refusal(Refining, fixture.Checkpoint), StringComparison.Ordinal);
        using var other = new PruningFixture("gpt2");
        Assert.Contains("give the dense model", Refusal(Refining, other.Checkpoint), StringComparison.Ordinal);
        Assert.False(Directory.Exists(fixture.Output) || Directory.Exists(fixture.Output + ".partial"));
    }

    private static bool[] Zeros(Tensor<float> tensor) => [.. tensor.Span.ToArray().Select(value => value == 0)];

    private static Checkpoint Prune(PruningFixture fixture, Recipe recipe, string name)
    {
        var output = Path.Combine(fixture.Folder, name);
        ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = output, Calibration = fixture.Calibration });
        return Checkpoint.Open(output);
    }

    private static Checkpoint Refine(PruningFixture fixture, ICheckpoint pruned, Recipe recipe)
    {
        ModelPruner.Prune(Request(fixture, pruned, recipe));
        return Checkpoint.Open(fixture.Output);
    }

    private static PruneRequest Request(PruningFixture fixture, ICheckpoint pruned, Recipe recipe) =>
        new() { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = fixture.Output, Calibration = fixture.Calibration, MasksFrom = pruned };
}
