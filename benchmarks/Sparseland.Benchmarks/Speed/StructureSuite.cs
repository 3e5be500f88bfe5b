using Sparseland.Chance;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Evaluation;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Benchmarks.Speed;

/// <summary>What removing structures costs, and what the smaller model gains.</summary>
internal sealed class StructureSuite : ISpeedSuite
{
    // What decoding may lose against the ratio of the bytes that are read.
    private const double BytesShare = 0.9;

    public string Name => "structures";

    public string Title => "Structured pruning";

    public string Explanation => "The greedy removal of neurons by optimal brain surgery (every neuron of the layer, one at a time, from a factored Hessian on) against the same formula written down plainly, in scalar loops on one thread, with the columns of what is gone updated too; then half of the heads and neurons of the large model removed: decoding of the smaller dense model against the whole one, both in bfloat16, with 0.9 of the ratio of the bytes read per token as the goal.";

    public IEnumerable<Measurement> Run(bool quick)
    {
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            foreach (var inputs in quick ? [256] : new[] { 256, 512, 1024 })
                yield return Removal(inputs, 256, threads, quick ? 3 : 5);
        }
        var checkpoint = new RandomCheckpoint(DecodeBenchmark.LargeConfiguration);
        var dense = ModelLayouts.ToDense(TransformerModel.Load(checkpoint), ElementType.BFloat16);
        var sets = StructureSet.Of(checkpoint.Configuration, StructureKinds.Neurons | StructureKinds.Heads);
        var half = new CompactedCheckpoint(checkpoint, [.. sets.Select(set => new KeptStructures(set, [.. Enumerable.Range(0, set.Count / 2).Select(index => 2 * index)]))]);
        var small = ModelLayouts.ToDense(TransformerModel.Load(half), ElementType.BFloat16);
        foreach (var threads in new[] { 1, 2 })
        {
            WorkerPool.ThreadCount = threads;
            yield return Decoding(dense, small, threads, quick);
        }
    }

    private Measurement Decoding(TransformerModel dense, TransformerModel small, int threads, bool quick)
    {
        var options = new DecodeBenchmarkOptions(0, quick ? 4 : 8, quick ? 3 : 7) { WarmUpSeconds = 0 };
        var result = DecodeBenchmark.Compare([new DecodeSubject("dense", dense), new DecodeSubject("half", small)], options)[^1];
        var bytes = (double)dense.BytesPerToken / small.BytesPerToken;
        return new Measurement(Name, $"decode, half of heads and neurons gone ({bytes:F2} times fewer bytes)", threads, "tok/s",
            [new Figure("whole model", result.Decode.Median / result.DecodeRatio, 1), new Figure("smaller model", result.Decode.Median, result.DecodeRatio)], BytesShare * bytes);
    }

    private Measurement Removal(int inputs, int outputs, int threads, int rounds)
    {
        var chance = new RandomStream(1, "structure speed");
        var (x, weights) = (new Tensor<float>(new Shape(2 * inputs, inputs)), new Tensor<double>(new Shape(inputs, outputs)));
        chance.FillNormal(x.Span);
        foreach (ref var value in weights.Span)
            value = chance.NextNormal();
        var statistics = new LayerStatistics(inputs, StatisticsKind.Gram);
        statistics.Add(x.Matrix, 1);
        var inverse = HessianFactor.Compute(statistics.Hessian().Matrix).Inverse();
        var scores = new double[inputs];
        return Measurement.FromTimes(Name, $"obs, {outputs} x {inputs}", threads, "ms per million weights", 1e-6 * inputs * outputs, Rivals.Measure(
        [
            new("the formula, plainly", _ => Plain(weights.Copy(), inverse.Copy(), scores)),
            new("Sparseland", _ =>
            {
                var removal = new StructureRemoval(weights.Copy(), inverse.Copy(), inputs);
                removal.Remove(0, inputs);
                removal.Scores(scores);
            }),
        ], threads, rounds, 0.05));
    }

    // One neuron after another: the least ‖W_q‖² / V_qq goes, W −= V_·q W_q / V_qq, V −= V_·q V_q· / V_qq.
    private static void Plain(Tensor<double> weights, Tensor<double> inverse, double[] scores)
    {
        var (w, v) = (weights.Matrix, inverse.Matrix);
        var gone = new bool[w.Rows];
        var loss = 0.0;
        for (var step = 0; step < w.Rows; step++)
        {
            var (best, least) = (-1, double.PositiveInfinity);
            for (var row = 0; row < w.Rows; row++)
            {
                if (gone[row])
                    continue;
                var saliency = 0.0;
                for (var j = 0; j < w.Columns; j++)
                    saliency += w[row, j] * w[row, j] / v[row, row] / 2;
                if (saliency < least)
                    (best, least) = (row, saliency);
            }
            scores[best] = loss += least;
            gone[best] = true;
            var pivot = v[best, best];
            var (weightRow, inverseRow) = (w.Row(best).ToArray(), v.Row(best).ToArray());
            for (var row = 0; row < w.Rows; row++)
            {
                if (gone[row])
                    continue;
                var share = v[row, best] / pivot;
                for (var j = 0; j < w.Columns; j++)
                    w[row, j] -= share * weightRow[j];
                for (var j = 0; j < w.Rows; j++)
                    v[row, j] -= share * inverseRow[j];
            }
        }
    }
}
