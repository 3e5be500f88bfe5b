using System.Globalization;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Progress;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Reproduce.Owl;

/// <summary>
/// A tenth of the rows of one block's up projection are made 8 times as loud and the columns of its down projection that read them 8 times as quiet: the function is the same,
/// bit for bit, but the block now has outliers, so OWL must see them and spare the block. (With few rows a trained model's own outliers elsewhere outweigh them.)
/// </summary>
internal static class PlantedOutliers
{
    private const int PlantedShare = 10;
    private const float Factor = 8;

    public static Claim Claim(string model) => new($"planted-{model}", $"{model}: outliers planted in one block, without a change of the function, raise its share D and give it the lowest sparsity");

    public static void Run(ExperimentModel model, ExperimentContext context, List<ExperimentTable> tables, List<ClaimOutcome> outcomes, IProgress<ProgressReport>? progress, CancellationToken cancellation)
    {
        progress?.Report(new ProgressReport($"{model.Name}: planted outliers", 0, 0));
        var block = model.Checkpoint.Configuration.BlockCount / 2;
        var (before, after, change) = (new List<double[]>(), new List<double[]>(), 0.0);
        var faults = new List<string>();
        foreach (var seed in context.Seeds)
        {
            var calibration = model.Calibrate(seed, context.Quick ? 16 : 64, 128);
            using var planted = Plant(model, block);
            before.Add(Outliers(model.Checkpoint, calibration, cancellation));
            after.Add(Outliers(planted, calibration, cancellation));
            var shares = OwlAllocation.Share(after[^1], 0.7, 0.08);
            if (after[^1][block] <= before[^1][block] || Array.IndexOf(shares, shares.Min()) != block)
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: D {before[^1][block]:F3} to {after[^1][block]:F3}, lowest sparsity in block {Array.IndexOf(shares, shares.Min())}"));
            var (dense, same) = (model.Perplexity(TransformerModel.Load(model.Checkpoint, null, cancellation), seed, 2000, cancellation), model.Perplexity(TransformerModel.Load(planted, null, cancellation), seed, 2000, cancellation));
            change = Math.Max(change, Math.Abs(same / dense - 1));
        }
        tables.Add(new ExperimentTable($"OWL's D of {model.Name}, in per cent, before and after planting outliers in block {block} (perplexity changes by {change:E1} at most)",
            ["block", "before", "after", "sparsity at 70 % after"],
            [.. Enumerable.Range(0, before[0].Length).Select(index => (IReadOnlyList<string>)
                [index.ToString(CultureInfo.InvariantCulture), Over(before, index).ToString(), Over(after, index).ToString(),
                 new Sample([.. after.Select(outliers => OwlAllocation.Share(outliers, 0.7, 0.08)[index])]).ToString()])]));
        outcomes.Add(new ClaimOutcome(Claim(model.Name), faults.Count == 0 ? Verdict.Holds : Verdict.Fails, faults.Count == 0
            ? string.Create(CultureInfo.InvariantCulture, $"D of block {block} rises from {Over(before, block).Mean:F3} to {Over(after, block).Mean:F3} %")
            : string.Join("; ", faults)));
    }

    private static Sample Over(List<double[]> seeds, int index) => new([.. seeds.Select(values => values[index])]);

    private static double[] Outliers(Language.Checkpoints.ICheckpoint checkpoint, CalibrationSet calibration, CancellationToken cancellation)
    {
        var statistics = DenseStatistics.Collect(checkpoint, calibration, StatisticsKind.SumOfSquares, cancellation: cancellation);
        var outliers = new double[checkpoint.Configuration.BlockCount];
        for (var index = 0; index < outliers.Length; index++)
        {
            var gathered = statistics.Load(index);
            var layers = TensorNames.Projections(checkpoint.Configuration.GatedFeedForward)
                .Select(projection => new LayerProblem(projection, checkpoint.LoadTensor(TensorNames.Weight(index, projection)).Matrix, gathered[projection])).ToList();
            outliers[index] = OwlAllocation.OutlierPercentage(layers, 5);
        }
        return outliers;
    }

    private static ChangedCheckpoint Plant(ExperimentModel model, int block)
    {
        var up = model.Checkpoint.LoadTensor(TensorNames.Weight(block, "mlp.up_proj"));
        var down = model.Checkpoint.LoadTensor(TensorNames.Weight(block, "mlp.down_proj"));
        for (var row = 0; row < up.Shape[0] / PlantedShare; row++)
        {
            TensorPrimitives.Multiply<float>(up.Matrix.Row(row), Factor, up.Matrix.Row(row));
            for (var output = 0; output < down.Shape[0]; output++)
                down.Matrix[output, row] /= Factor;
        }
        return new ChangedCheckpoint(model.Checkpoint, new Dictionary<string, Tensor<float>> { [TensorNames.Weight(block, "mlp.up_proj")] = up, [TensorNames.Weight(block, "mlp.down_proj")] = down });
    }
}
