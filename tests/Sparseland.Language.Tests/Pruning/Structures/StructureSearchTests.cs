using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Tests.Models;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Pruning.Structures;

public sealed class StructureSearchTests
{
    private static readonly Recipe Tyr = new()
    {
        Score = new MethodChoice("obs"), Update = new MethodChoice("solve"), Pattern = Pattern.Parse("neurons:4+heads"), Sparsity = 0.5, Seed = 3,
        Allocation = new MethodChoice("search", "{\"iterations\": 2, \"generations\": 3, \"offspring\": 4, \"step\": 0.2, \"levels\": 5, \"tokens\": [20, 50], \"survivors\": [2, 1]}"),
    };

    public static TheoryData<string> Names => Architectures.Names;

    private static PruneRequest Request(PruningFixture fixture, string? output = null, Recipe? recipe = null) =>
        new() { Checkpoint = fixture.Checkpoint, Recipe = recipe ?? Tyr, Output = output ?? fixture.Output, Calibration = fixture.Calibration };

    [Theory, MemberData(nameof(Names))]
    public void The_result_is_an_ordinary_smaller_model_with_the_budget_that_was_asked_for(string name)
    {
        using var fixture = new PruningFixture(name);
        var result = ModelPruner.Prune(Request(fixture), null, TestContext.Current.CancellationToken);
        using var read = Checkpoint.Open(fixture.Output);
        Assert.All(fixture.Logits(TransformerModel.Load(read)), value => Assert.True(float.IsFinite(value)));
        var structures = result.Report.Structures!;
        Assert.Equal(read.Tensors.Sum(tensor => tensor.Shape.Length), structures.After.Total);
        // The same budget as the uniform share, to the last parameter.
        var uniform = StructurePruner.Plan(fixture.Checkpoint, Tyr with { Allocation = new MethodChoice("uniform") }, fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(ParameterCount.Of(uniform.Apply(fixture.Checkpoint).Configuration), structures.After);
        Assert.Equal(2, result.Report.Notes.Count);
        Assert.Equal(["README.md", "config.json", "model.safetensors", "recipe.json", "report.json"], Directory.GetFileSystemEntries(fixture.Output).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_run_that_is_ended_anywhere_goes_on_to_the_same_bytes()
    {
        using var fixture = new PruningFixture("llama2");
        var expected = Path.Combine(fixture.Folder, "whole");
        ModelPruner.Prune(Request(fixture, expected), null, TestContext.Current.CancellationToken);
        foreach (var reports in new[] { 2, 6, 9, 12, 20 })
        {
            using var end = new CancellationTokenSource();
            var left = reports;
            Assert.Throws<OperationCanceledException>(() => ModelPruner.Prune(Request(fixture), new Listener(() =>
            {
                if (--left == 0)
                    end.Cancel();
            }), end.Token));
            Assert.True(Directory.Exists(fixture.Output + ".partial"));
            ModelPruner.Prune(Request(fixture), null, TestContext.Current.CancellationToken);
            Assert.Equal(PruningFixture.Bytes(expected), PruningFixture.Bytes(fixture.Output));
            Directory.Delete(fixture.Output, recursive: true);
        }
    }

    [Fact]
    public void What_another_recipe_left_is_cleared_away()
    {
        using var fixture = new PruningFixture("llama2");
        using var end = new CancellationTokenSource();
        var left = 12;
        Assert.Throws<OperationCanceledException>(() => ModelPruner.Prune(Request(fixture), new Listener(() =>
        {
            if (--left == 0)
                end.Cancel();
        }), end.Token));
        ModelPruner.Prune(Request(fixture, recipe: Tyr with { Sparsity = 0.3 }), null, TestContext.Current.CancellationToken);
        using var read = Checkpoint.Open(fixture.Output);
        Assert.Equal(6, Directory.GetFiles(fixture.Output).Length + 1);
    }

    [Fact]
    public void The_result_is_found_by_the_plan_in_memory_too_and_is_no_worse_than_the_uniform_share_on_its_own_tokens()
    {
        using var fixture = new PruningFixture("llama1");
        ModelPruner.Prune(Request(fixture), null, TestContext.Current.CancellationToken);
        var plan = StructurePruner.Plan(fixture.Checkpoint, Tyr, fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        using var read = Checkpoint.Open(fixture.Output);
        foreach (var tensor in plan.Apply(fixture.Checkpoint).Tensors)
            Assert.Equal(plan.Apply(fixture.Checkpoint).LoadTensor(tensor.Name).Span.ToArray(), read.LoadTensor(tensor.Name).Span.ToArray());
        Assert.All(plan.Notes, note => Assert.Matches("went from .* to .* nats", note));
    }

    [Fact]
    public void Layers_under_a_rule_take_no_part()
    {
        using var fixture = new PruningFixture("llama2");
        var recipe = Tyr with { Rules = [new RecipeRule("*.layers.1.mlp.*") { Skip = true }, new RecipeRule("*.layers.2.mlp.*") { Sparsity = 0.25 }] };
        var plan = StructurePruner.Plan(fixture.Checkpoint, recipe, fixture.Calibration, cancellation: TestContext.Current.CancellationToken);
        var mlp = plan.Sets.Where(set => set.Kept.Set.Kind == StructureKinds.Neurons).Select(set => set.Kept.Indices.Count).ToArray();
        Assert.Equal((44, 32), (mlp[1], mlp[2]));
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(7)]
    public void The_divergence_is_its_definition_over_the_likeliest_tokens(int top)
    {
        using var fixture = new PruningFixture("llama2");
        var (dense, workspace) = (fixture.Checkpoint.ToModel(), new JudgingWorkspace(fixture.Configuration));
        var tokens = fixture.Calibration.Sequences[0];
        var other = InMemoryCheckpoint.Random(fixture.Configuration, 9).ToModel();
        var logits = DenseLogits.Make(null, dense, tokens, top, workspace);
        Assert.InRange(logits.Divergence(dense, tokens, workspace) / tokens.Length, -1e-9, 1e-5);
        Assert.Equal(Divergence(Rows(dense, tokens), Rows(other, tokens), top), logits.Divergence(other, tokens, workspace), 0.02 * tokens.Length);
        var path = Path.Combine(fixture.Folder, "logits");
        foreach (var _ in new[] { "written", "read" })
            Assert.Equal(logits.Divergence(other, tokens, workspace), DenseLogits.Make(path, dense, tokens, top, workspace).Divergence(other, tokens, workspace));
    }

    private static float[][] Rows(TransformerModel model, int[] tokens)
    {
        var logits = new Tensor<float>(new Shape(tokens.Length, model.Configuration.VocabularySize));
        model.CreateSession(64).ReadAll(tokens, logits.Matrix);
        return [.. Enumerable.Range(0, tokens.Length).Select(row => logits.Matrix.Row(row).ToArray())];
    }

    private static double Divergence(float[][] dense, float[][] other, int top)
    {
        var sum = 0.0;
        for (var row = 0; row < dense.Length; row++)
        {
            int[] ids = [.. Enumerable.Range(0, dense[row].Length).OrderByDescending(id => dense[row][id]).Take(top)];
            var (p, q) = (ids.Sum(id => Math.Exp(dense[row][id])), ids.Sum(id => Math.Exp(other[row][id])));
            sum += ids.Sum(id => Math.Exp(dense[row][id]) / p * (dense[row][id] - Math.Log(p) - other[row][id] + Math.Log(q)));
        }
        return sum;
    }

    private sealed class Listener(Action report) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => report();
    }
}
