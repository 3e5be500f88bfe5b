using System.Numerics;
using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Learning.Initialisers;
using Sparseland.Tensors;

namespace Sparseland.Language.Training;

/// <summary>
/// Initial weights with which the first two blocks copy from their context at once, by the circuit that trained models grow for it (Olsson et al. 2022, "In-context learning and
/// induction heads"): heads of the first block look one, two, three tokens back, whatever stands there, and write what they see into directions of their own; heads of the second
/// look where those directions hold the present token, so at what followed it earlier. Small models take millions of tokens to find this by themselves.
/// Everything stays trainable. Looking back needs a number that is the same for all tokens: one channel of the embedding begins as a constant, which a tied head does not notice.
/// </summary>
internal static class CopyingHeads
{
    private const int ConstantChannel = 0;
    private const double Constant = 0.1;

    // Before the softmax: how much nearer the wanted place is than its neighbours, and the same token than another.
    private const double PositionSharpness = 30;
    private const double Likeness = 3;

    /// <summary>Whether a model can have such heads: rotary positions, two blocks, and queries that no norm rescales.</summary>
    public static bool Fit(TransformerConfiguration configuration) =>
        configuration is { Rotary: true, BlockCount: >= 2, QueryKeyNorm: false, KeyValueHeadCount: >= 2 };

    /// <summary>Overwrites half of the key and value heads of the first two blocks, and a channel of the embedding.</summary>
    /// <param name="network">A network with fresh weights.</param>
    /// <param name="seed">Seed of the directions.</param>
    public static void Write<T>(TransformerNetwork<T> network, ulong seed) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var embedding = network[TensorNames.Embedding].Value.Matrix;
        for (var token = 0; token < embedding.Rows; token++)
            embedding[token, ConstantChannel] = T.CreateChecked(Constant);
        var frequencies = RotaryFrequencies.Of(network.Configuration);
        for (var head = 0; head < network.Configuration.KeyValueHeadCount / 2; head++)
        {
            LookBack(new Head<T>(network, 0, head), head + 1, frequencies, new RandomStream(seed, "looking back", (ulong)head));
            LookForTheSame(new Head<T>(network, 0, head), new Head<T>(network, 1, head));
        }
    }

    // q · k = sharpness · mean over pairs of cos((distance - back) · frequency): greatest where the distance is the wanted one.
    private static void LookBack<T>(Head<T> head, int back, double[] frequencies, RandomStream chance) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        head.Clear();
        var half = frequencies.Length;
        // The constant channel after the first norm, by the embedding's initial deviation of 0.02.
        var channel = Constant / Math.Sqrt(0.0004 + Constant * Constant / head.Width);
        var size = Math.Sqrt(PositionSharpness * Math.Sqrt(2.0 * half) / half) / channel;
        for (var i = 0; i < half; i++)
        {
            head.SetQuery(i, ConstantChannel, size);
            head.SetKey(i, ConstantChannel, size * Math.Cos(back * frequencies[i]));
            head.SetKey(i + half, ConstantChannel, size * Math.Sin(back * frequencies[i]));
        }
        head.FillValues(1 / Math.Sqrt(head.Width), chance);
        head.FillOutputs(0.02 / Math.Sqrt(2.0 * half), chance);
    }

    // Queries read the present token as the first head's values do; keys read what the first head wrote.
    private static void LookForTheSame<T>(Head<T> first, Head<T> second) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (values, outputs) = (first.Values, first.Outputs);
        for (var i = 0; i < second.HeadWidth; i++)
        {
            var norm = 0.0;
            for (var column = 0; column < second.Width; column++)
                norm += Math.Pow(double.CreateChecked(outputs(column, i)), 2);
            for (var column = 0; column < second.Width; column++)
            {
                second.SetQuery(i, column, Likeness * double.CreateChecked(values(i, column)));
                second.SetKey(i, column, double.CreateChecked(outputs(column, i)) / Math.Sqrt(norm));
            }
        }
    }

    /// <summary>One key and value head of a block, with all query heads that share it.</summary>
    private readonly struct Head<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private readonly Tensor<T> _query, _key, _value, _output;
        private readonly int _index, _sharing;

        public Head(TransformerNetwork<T> network, int block, int index)
        {
            Tensor<T> Of(string projection) => network[TensorNames.Weight(block, projection)].Value;
            (_query, _key, _value, _output) = (Of("self_attn.q_proj"), Of("self_attn.k_proj"), Of("self_attn.v_proj"), Of("self_attn.o_proj"));
            var shape = network.Configuration.ShapeOf(block);
            (_index, _sharing, HeadWidth, Width) = (index, shape.HeadCount / shape.KeyValueHeadCount, network.Configuration.HeadWidth, network.Configuration.Width);
        }

        public int HeadWidth { get; }

        public int Width { get; }

        public Func<int, int, T> Values
        {
            get
            {
                var (value, first) = (_value, _index * HeadWidth);
                return (row, column) => value.Matrix[first + row, column];
            }
        }

        public Func<int, int, T> Outputs
        {
            get
            {
                var (output, first) = (_output, _index * _sharing * HeadWidth);
                return (row, column) => output.Matrix[row, first + column];
            }
        }

        public void Clear()
        {
            for (var row = 0; row < HeadWidth; row++)
            {
                _key.Matrix.Row(_index * HeadWidth + row).Clear();
                for (var head = 0; head < _sharing; head++)
                    _query.Matrix.Row((_index * _sharing + head) * HeadWidth + row).Clear();
            }
        }

        public void SetQuery(int row, int column, double value)
        {
            for (var head = 0; head < _sharing; head++)
                _query.Matrix[(_index * _sharing + head) * HeadWidth + row, column] = T.CreateChecked(value);
        }

        public void SetKey(int row, int column, double value) => _key.Matrix[_index * HeadWidth + row, column] = T.CreateChecked(value);

        public void FillValues(double deviation, RandomStream chance)
        {
            var tensor = new Tensor<T>(new Shape(HeadWidth, Width));
            Initialiser.Normal(tensor, deviation, chance);
            for (var row = 0; row < HeadWidth; row++)
                tensor.Matrix.Row(row).CopyTo(_value.Matrix.Row(_index * HeadWidth + row));
        }

        public void FillOutputs(double deviation, RandomStream chance)
        {
            var tensor = new Tensor<T>(new Shape(Width, HeadWidth));
            Initialiser.Normal(tensor, deviation, chance);
            for (var row = 0; row < Width; row++)
                for (var head = 0; head < _sharing; head++)
                    for (var column = 0; column < HeadWidth; column++)
                        _output.Matrix[row, (_index * _sharing + head) * HeadWidth + column] = tensor.Matrix[row, column] / T.CreateChecked(_sharing);
        }
    }
}
