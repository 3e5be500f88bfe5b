using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Progress;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning;

public class RecoveryTests
{
    private static readonly Recipe Recipe = new()
    {
        Score = new MethodChoice("wanda"), Pattern = new NofMPattern(2, 4), Values = ElementType.BFloat16,
        Recovery = new RecoverySettings { Steps = 8, Batch = 2, LearningRate = 3e-3 },
    };

    [Fact]
    public void Recovery_keeps_the_mask_and_brings_the_model_nearer_to_the_dense_one()
    {
        using var fixture = new PruningFixture();
        var recipe = Recipe with { Recovery = Recipe.Recovery! with { Steps = 60, Batch = 4, Distillation = 1 }, Values = ElementType.Float32 };
        ModelPruner.Prune(Request(fixture, recipe with { Recovery = null }, "without"));
        var result = ModelPruner.Prune(Request(fixture, recipe, "with"));
        using var without = Checkpoint.Open(Path.Combine(fixture.Folder, "without"));
        using var with = Checkpoint.Open(Path.Combine(fixture.Folder, "with"));
        foreach (var layer in result.Report.Layers)
            Assert.Equal(without.LoadMatrix(layer.Name).ToMask().Words.ToArray(), with.LoadMatrix(layer.Name).ToMask().Words.ToArray());
        Assert.True(result.Report.Recovery[^1].Loss < 0.8 * result.Report.Recovery[0].Loss);
        Assert.True(Distance(fixture, with) < 0.8 * Distance(fixture, without));
    }

    [Fact]
    public void A_recovery_that_is_cancelled_and_continued_ends_in_the_same_bytes()
    {
        using var fixture = new PruningFixture();
        ModelPruner.Prune(Request(fixture, Recipe, "whole"));
        var request = Request(fixture, Recipe, "resumed");
        using (var cancel = new CancellationTokenSource())
            Assert.ThrowsAny<OperationCanceledException>(() => ModelPruner.Prune(request, new Stop(5, cancel), cancel.Token));
        Assert.Equal(3, ModelPruner.Prune(request).ResumedBlocks);
        Assert.Equal(PruningFixture.Bytes(Path.Combine(fixture.Folder, "whole")), PruningFixture.Bytes(request.Output));
    }

    private static PruneRequest Request(PruningFixture fixture, Recipe recipe, string name) =>
        new() { Checkpoint = fixture.Checkpoint, Recipe = recipe, Output = Path.Combine(fixture.Folder, name), Calibration = fixture.Calibration };

    private static double Distance(PruningFixture fixture, Checkpoint checkpoint)
    {
        var dense = fixture.Logits(fixture.Checkpoint.ToModel());
        return fixture.Logits(TransformerModel.Load(checkpoint)).Zip(dense, (a, b) => (double)(a - b) * (a - b)).Sum();
    }

    private sealed class Stop(int step, CancellationTokenSource cancel) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Stage == "training" && value.Done == step)
                cancel.Cancel();
        }
    }
}
