using Sparseland.Language.Models;

namespace Sparseland.Language.Tests.Models;

/// <summary>
/// The judge: a transformer written down from the papers in double precision, one token and one number at a time, with no cache and no shared code.
/// </summary>
internal sealed class ReferenceTransformer(InMemoryCheckpoint checkpoint)
{
    private readonly TransformerConfiguration _c = checkpoint.Configuration;

    /// <summary>Inputs of each projection by block and name, [tokens][inputs], of the last run.</summary>
    public Dictionary<(int, string), double[][]> Inputs { get; } = [];

    /// <summary>Logits after every token.</summary>
    public double[][] Logits(int[] tokens)
    {
        var hidden = tokens.Select((token, position) => Embed(token, position)).ToArray();
        for (var block = 0; block < _c.BlockCount; block++)
            hidden = Block(hidden, block);
        var head = _c.TiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
        return [.. hidden.Select(x => Product(head, null, Norm(x, "model.norm", _c.Norm == NormKind.Layer)))];
    }

    /// <summary>One block over one sequence.</summary>
    public double[][] Block(double[][] hidden, int block)
    {
        var prefix = $"model.layers.{block}";
        var layerNorm = _c.Norm == NormKind.Layer;
        var normed = Record(block, ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], [.. hidden.Select(x => Norm(x, $"{prefix}.input_layernorm", layerNorm))]);
        var q = normed.Select((x, p) => Heads(Linear($"{prefix}.self_attn.q_proj", x), _c.ShapeOf(block).HeadCount, $"{prefix}.self_attn.q_norm", p)).ToArray();
        var k = normed.Select((x, p) => Heads(Linear($"{prefix}.self_attn.k_proj", x), _c.ShapeOf(block).KeyValueHeadCount, $"{prefix}.self_attn.k_norm", p)).ToArray();
        var v = normed.Select(x => Linear($"{prefix}.self_attn.v_proj", x)).ToArray();
        var mixed = Record(block, ["self_attn.o_proj"], [.. hidden.Select((_, p) => Attend(q[p], k, v, p, block))]);
        hidden = [.. hidden.Select((x, p) => Sum(x, Linear($"{prefix}.self_attn.o_proj", mixed[p])))];
        normed = Record(block, ["mlp.gate_proj", "mlp.up_proj"], [.. hidden.Select(x => Norm(x, $"{prefix}.post_attention_layernorm", layerNorm))]);
        var inner = Record(block, ["mlp.down_proj"], [.. normed.Select(x => Inner(prefix, x))]);
        return [.. hidden.Select((x, p) => Sum(x, Linear($"{prefix}.mlp.down_proj", inner[p])))];
    }

    private double[] Embed(int token, int position)
    {
        var row = Row("model.embed_tokens.weight", token);
        return _c.Rotary ? row : Sum(row, Row("model.embed_positions.weight", position));
    }

    private double[] Inner(string prefix, double[] x)
    {
        var up = Linear($"{prefix}.mlp.up_proj", x);
        if (!_c.GatedFeedForward)
            return [.. up.Select(Activate)];
        var gate = Linear($"{prefix}.mlp.gate_proj", x);
        return [.. up.Zip(gate, (u, g) => u * Activate(g))];
    }

    private double Activate(double x) => _c.Activation switch
    {
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
    };

    // The Maclaurin series; exact enough for the small arguments of a test.
    private static double Erf(double z)
    {
        if (Math.Abs(z) > 5)
            return Math.Sign(z);
        var (sum, term) = (z, z);
        for (var n = 1; n < 200; n++)
        {
            term *= -z * z / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double[] Attend(double[] q, double[][] k, double[][] v, int position, int block)
    {
        var result = new double[q.Length];
        var width = _c.HeadWidth;
        var shape = _c.ShapeOf(block);
        for (var head = 0; head < shape.HeadCount; head++)
        {
            var shared = head * shape.KeyValueHeadCount / shape.HeadCount * width;
            var oldest = _c.SlidingWindow is { } window && block >= _c.SlidingWindowFirstBlock ? Math.Max(0, position - window + 1) : 0;
            var scores = Enumerable.Range(oldest, position + 1 - oldest)
                .Select(p => Enumerable.Range(0, width).Sum(i => q[head * width + i] * k[p][shared + i]) / Math.Sqrt(width)).ToArray();
            var largest = scores.Max();
            var weights = scores.Select(s => Math.Exp(s - largest)).ToArray();
            for (var i = 0; i < width; i++)
                result[head * width + i] = weights.Select((w, p) => w * v[oldest + p][shared + i]).Sum() / weights.Sum();
        }
        return result;
    }

    private double[] Heads(double[] x, int count, string norm, int position)
    {
        var width = _c.HeadWidth;
        return [.. Enumerable.Range(0, count).SelectMany(head =>
        {
            var one = x[(head * width)..((head + 1) * width)];
            if (_c.QueryKeyNorm)
                one = Norm(one, norm, false);
            return _c.Rotary ? Turn(one, position) : one;
        })];
    }

    private double[] Turn(double[] x, int position)
    {
        var half = x.Length / 2;
        var y = new double[x.Length];
        for (var i = 0; i < half; i++)
        {
            var wavelength = 2 * Math.PI * Math.Pow(_c.RopeTheta, 2.0 * i / x.Length);
            var frequency = 2 * Math.PI / wavelength;
            if (_c.RopeScaling is { Kind: RopeScalingKind.Linear } linear)
                frequency /= linear.Factor;
            if (_c.RopeScaling is { Kind: RopeScalingKind.Llama3 } s)
            {
                var (longest, shortest) = (s.OriginalContext / s.LowFrequencyFactor, s.OriginalContext / s.HighFrequencyFactor);
                var smooth = (s.OriginalContext / wavelength - s.LowFrequencyFactor) / (s.HighFrequencyFactor - s.LowFrequencyFactor);
                frequency = wavelength < shortest ? frequency : wavelength > longest ? frequency / s.Factor : (1 - smooth) * frequency / s.Factor + smooth * frequency;
            }
            var angle = position * frequency;
            y[i] = x[i] * Math.Cos(angle) - x[i + half] * Math.Sin(angle);
            y[i + half] = x[i + half] * Math.Cos(angle) + x[i] * Math.Sin(angle);
        }
        return y;
    }

    private double[] Norm(double[] x, string name, bool layer)
    {
        var gain = Row($"{name}.weight", 0);
        var mean = layer ? x.Average() : 0;
        var deviation = Math.Sqrt(x.Average(value => (value - mean) * (value - mean)) + _c.NormEpsilon);
        var bias = layer ? Row($"{name}.bias", 0) : new double[x.Length];
        return [.. x.Select((value, i) => (value - mean) / deviation * gain[i] + bias[i])];
    }

    private double[] Linear(string name, double[] x) => Product($"{name}.weight", checkpoint.Contains($"{name}.bias") ? $"{name}.bias" : null, x);

    private double[] Product(string weight, string? bias, double[] x)
    {
        var matrix = checkpoint.Values[weight];
        var result = bias is null ? new double[matrix.Shape[0]] : Row(bias, 0);
        for (var row = 0; row < result.Length; row++)
            for (var column = 0; column < x.Length; column++)
                result[row] += matrix.Span[row * x.Length + column] * x[column];
        return result;
    }

    private double[] Row(string name, int row)
    {
        var columns = checkpoint.Values[name].Shape.Columns;
        return [.. checkpoint.Values[name].Span.Slice(row * columns, columns).ToArray().Select(value => (double)value)];
    }

    private double[][] Record(int block, string[] names, double[][] input)
    {
        foreach (var name in names)
            Inputs[(block, name)] = input;
        return input;
    }

    private static double[] Sum(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
