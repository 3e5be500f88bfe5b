using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Tests.Autograd;

public static class AttentionCases
{
    public static IReadOnlyList<OperationCase> All =>
    [
        new AttentionCase("attention", batch: 2, queries: 5, keys: 5, heads: 2, keyValueHeads: 2, headWidth: 8),
        new AttentionCase("attention of one position", batch: 1, queries: 1, keys: 1, heads: 1, keyValueHeads: 1, headWidth: 3),
        new AttentionCase("attention over several tiles", batch: 1, queries: 131, keys: 131, heads: 1, keyValueHeads: 1, headWidth: 5),
        new AttentionCase("attention of grouped queries", batch: 2, queries: 67, keys: 67, heads: 6, keyValueHeads: 2, headWidth: 4),
        new AttentionCase("attention in a window", batch: 1, queries: 150, keys: 150, heads: 2, keyValueHeads: 1, headWidth: 4, window: 70),
        new AttentionCase("attention in a narrow window", batch: 1, queries: 130, keys: 130, heads: 1, keyValueHeads: 1, headWidth: 2, window: 3),
        new AttentionCase("attention of late queries", batch: 2, queries: 3, keys: 70, heads: 2, keyValueHeads: 1, headWidth: 24),
        new SharedCase(),
    ];

    /// <summary>Attention of a random shape: lengths around and across tiles, late queries, groups, windows.</summary>
    public static OperationCase Random(int seed)
    {
        var random = new RandomStream((ulong)seed, "attention");
        var (queries, group, keyValueHeads) = (1 + random.NextInt(140), 1 + random.NextInt(3), 1 + random.NextInt(2));
        var keys = queries + (random.NextInt(2) * random.NextInt(90));
        int? window = random.NextInt(2) == 0 ? null : 1 + random.NextInt(keys + 10);
        var (batch, headWidth) = (1 + random.NextInt(2), 1 + random.NextInt(11));
        var name = $"seed {seed}: batch {batch}, {queries} queries, {keys} keys, {keyValueHeads} times {group} heads of {headWidth}, window {window}";
        return new AttentionCase(name, batch, queries, keys, keyValueHeads * group, keyValueHeads, headWidth, window);
    }

    private static double[] Define(double[] q, double[] k, double[] v, int batch, int queries, int keys, int heads, int keyValueHeads, int headWidth, int window)
    {
        var y = new double[q.Length];
        for (var b = 0; b < batch; b++)
        {
            for (var h = 0; h < heads; h++)
            {
                for (var i = 0; i < queries; i++)
                {
                    var query = ((((b * queries) + i) * heads) + h) * headWidth;
                    var position = keys - queries + i;
                    var seen = Enumerable.Range(0, keys).Where(j => j <= position && j > position - window)
                        .Select(j => ((((b * keys) + j) * keyValueHeads) + (h / (heads / keyValueHeads))) * headWidth).ToArray();
                    var weights = seen.Select(place => Math.Exp(Enumerable.Range(0, headWidth).Sum(d => q[query + d] * k[place + d]) / Math.Sqrt(headWidth))).ToArray();
                    for (var d = 0; d < headWidth; d++)
                        y[query + d] = seen.Select((place, n) => weights[n] * v[place + d]).Sum() / weights.Sum();
                }
            }
        }
        return y;
    }

    private sealed class AttentionCase(string name, int batch, int queries, int keys, int heads, int keyValueHeads, int headWidth, int? window = null)
        : OperationCase(name, new Shape(batch, queries, heads * headWidth), new Shape(batch, keys, keyValueHeads * headWidth), new Shape(batch, keys, keyValueHeads * headWidth))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs) => CausalAttention.Attend(inputs[0], inputs[1], inputs[2], heads, keyValueHeads, window);

        public override double[] Define(double[][] inputs) =>
            AttentionCases.Define(inputs[0], inputs[1], inputs[2], batch, queries, keys, heads, keyValueHeads, headWidth, window ?? keys);
    }

    private sealed class SharedCase() : OperationCase("attention of a variable to itself", new Shape(1, 9, 8))
    {
        public override Variable<T> Apply<T>(Tape<T> tape, Variable<T>[] inputs)
        {
            var x = inputs[0].Scale(1);
            return CausalAttention.Attend(x, x, x, 2, 2);
        }

        public override double[] Define(double[][] inputs) => AttentionCases.Define(inputs[0], inputs[0], inputs[0], 1, 9, 9, 2, 2, 4, 9);
    }
}
