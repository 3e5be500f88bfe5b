using Sparseland.Language.Models;
using Sparseland.Progress;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.Cfsp;

/// <summary>What two blocks add to the residual stream is made twenty times smaller: they now turn the hidden state least, and the coarse step must give them the smallest widths.</summary>
internal static class IdleBlocks
{
    private const float Factor = 0.05f;

    public static Claim Claim(string model) => new($"idle-{model}", $"{model}: two blocks whose additions are scaled by 0.05 get the smallest widths at 50 %, for every seed");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        progress?.Report(new ProgressReport($"{model.Name}: idle blocks", 0, 0));
        int[] idle = [1, model.Checkpoint.Configuration.BlockCount - 2];
        var changed = new Dictionary<string, Tensor<float>>();
        foreach (var block in idle)
            foreach (var projection in new[] { "self_attn.o_proj", "mlp.down_proj" })
            {
                var weights = model.Checkpoint.LoadTensor(TensorNames.Weight(block, projection));
                TensorPrimitives.Multiply(weights.Span, Factor, weights.Span);
                changed[TensorNames.Weight(block, projection)] = weights;
            }
        var checkpoint = new ChangedCheckpoint(model.Checkpoint, changed);
        var recipe = NeuronScores.Recipe("cfsp", "cfsp", "none", 0.5);
        var widths = context.Seeds.Select(seed => NeuronScores.Plan(model, checkpoint, recipe, seed, context.Quick, cancellation).Sets.Select(set => set.Kept.Indices.Count).ToArray()).ToList();
        var holds = widths.All(kept => idle.Max(block => kept[block]) < kept.Where((_, block) => !idle.Contains(block)).Min());
        tables.Add(new ExperimentTable($"Neurons of {model.Name} that stay at 50 % when blocks {idle[0]} and {idle[1]} are made idle, of {model.Checkpoint.Configuration.FeedForwardWidth}", ["block", "kept"],
            [.. Enumerable.Range(0, widths[0].Length).Select(block => (IReadOnlyList<string>)[$"{block}", new Sample([.. widths.Select(kept => (double)kept[block])]).ToString()])]));
        outcomes.Add(new ClaimOutcome(Claim(model.Name), holds ? Verdict.Holds : Verdict.Fails, string.Join("; ", widths.Select(kept => string.Join(", ", kept)))));
    }
}
