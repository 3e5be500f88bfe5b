using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Tests.Models;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning.Structures;

public class LoraRecoveryTests
{
    private static readonly Recipe Recipe = new()
    {
        Score = new MethodChoice("cfsp"), Allocation = new MethodChoice("cfsp"), Pattern = Pattern.Parse("neurons:4"), Sparsity = 0.5,
        Recovery = new RecoverySettings { Steps = 12, Batch = 2, LearningRate = 3e-3, Rank = 4 },
    };

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void On_every_architecture_the_recovered_model_has_the_smaller_shape_and_comes_nearer_to_the_dense_one(string architecture)
    {
        using var fixture = new PruningFixture(architecture);
        var recipe = Recipe with { Recovery = Recipe.Recovery! with { Steps = 60, Batch = 4, LearningRate = 1e-2, Distillation = 1 } };
        ModelPruner.Prune(Request(fixture, recipe with { Recovery = null }, "without"));
        var report = ModelPruner.Prune(Request(fixture, recipe, "with")).Report;
        using var without = Checkpoint.Open(Path.Combine(fixture.Folder, "without"));
        using var with = Checkpoint.Open(Path.Combine(fixture.Folder, "with"));
        Assert.Equal(without.Tensors.Select(tensor => (tensor.Name, tensor.Shape)), with.Tensors.Select(tensor => (tensor.Name, tensor.Shape)));
        Assert.InRange(report.Recovery[^1].Loss, 0, 0.8 * report.Recovery[0].Loss);
        // Norms and embeddings were frozen.
        Assert.Equal(without.LoadTensor(TensorNames.Embedding).Span.ToArray(), with.LoadTensor(TensorNames.Embedding).Span.ToArray());
    }

    [Fact]
    public void A_recovery_that_is_cancelled_and_continued_ends_in_the_same_bytes()
    {
        using var fixture = new PruningFixture();
        ModelPruner.Prune(Request(fixture, Recipe, "whole"));
        var request = Request(fixture, Recipe, "resumed");
        using (var cancel = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => ModelPruner.Prune(request, new Stop(5, cancel), cancel.Token));
        Assert.True(File.Exists(Path.Combine(request.Output + ".partial", "recovery.safetensors")));
        ModelPruner.Prune(request);
        Assert.Equal(PruningFixture.Bytes(Path.Combine(fixture.Folder, "whole")), PruningFixture.Bytes(request.Output));
    }

    [Fact]
    public void Blocks_that_keep_more_get_higher_ranks_with_the_mean_that_was_asked_for()
    {
        var configuration = Architectures.Get("llama1");
        var sets = StructureSet.Of(configuration, StructureKinds.Neurons);
        double[] requested = [0.2, 0.5, 0.8];
        var plan = new StructurePlan([.. sets.Select((set, i) => new PlannedStructures(new KeptStructures(set, [.. Enumerable.Range(0, 10)]), requested[i], []))], new Dictionary<string, float[]>(), []);
        // Shares of 0.8, 0.5 and 0.2 have the mean 0.5.
        Assert.Equal([13, 8, 3], LoraRecovery.Ranks(plan, configuration, new RecoverySettings { Steps = 1 }));
        Assert.Equal([8, 8, 8], LoraRecovery.Ranks(plan, configuration, new RecoverySettings { Steps = 1, RanksByImportance = false }));
        Assert.Equal([2, 1, 1], LoraRecovery.Ranks(plan, configuration, new RecoverySettings { Steps = 1, Rank = 1 }));
    }

    private static PruneRequest Request(PruningFixture fixture, Recipe recipe, string name) =>
        new() { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = Path.Combine(fixture.Folder, name), Calibration = fixture.Calibration };

    private sealed class Stop(int step, CancellationTokenSource cancel) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Stage == "training" && value.Done == step)
                cancel.Cancel();
        }
    }
}
