using System.Numerics;
using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Space.LightFields;

/// <summary>
/// The network of a radiance field: hidden layers over an encoded position, from the last of which the density follows, and with the encoded direction one more of half the width for the colour. The
/// paper's linear layer between is left out: two linear layers in a row are one. Coarse and fine samples share one network, which is cheaper than the paper's two.
/// </summary>
internal sealed class NerfNetwork
{
    public NerfNetwork(NerfOptions options, RandomStream? chance)
    {
        PositionColumns = 3 + 6 * options.PositionOctaves;
        DirectionColumns = 3 + 6 * options.DirectionOctaves;
        Width = options.Width;
        Again = options.Layers >= 6 ? options.Layers / 2 : -1;
        Trunk = new DenseLayer[options.Layers];
        for (var i = 0; i < Trunk.Length; i++)
            Trunk[i] = Make($"trunk.{i}", i == 0 ? PositionColumns : Width + (i == Again ? PositionColumns : 0), Width, 2);
        Density = Make("density", Width, 1, 1);
        Mixed = Make("mixed", Width + DirectionColumns, Width / 2, 2);
        Colour = Make("colour", Width / 2, 3, 1);
        Layers = [.. Trunk, Density, Mixed, Colour];

        DenseLayer Make(string name, int inputs, int outputs, double gain) => new(name, inputs, outputs, Math.Sqrt(gain / inputs), chance);
    }

    public int PositionColumns { get; }

    public int DirectionColumns { get; }

    public int Width { get; }

    /// <summary>The hidden layer that sees the position again, or -1.</summary>
    public int Again { get; }

    public DenseLayer[] Trunk { get; }

    public DenseLayer Density { get; }

    public DenseLayer Mixed { get; }

    public DenseLayer Colour { get; }

    public IReadOnlyList<DenseLayer> Layers { get; }

    /// <summary>Multiply-adds of a sample.</summary>
    public long Work => Layers.Sum(layer => layer.Work);

    /// <summary>The value, then sine and cosine of 2^k pi times each coordinate, octave by octave; all but the first by doubling the angle.</summary>
    public static void Encode(Vector3 value, Span<float> destination)
    {
        value.CopyTo(destination);
        var (sineX, cosineX) = MathF.SinCos(MathF.PI * value.X);
        var (sineY, cosineY) = MathF.SinCos(MathF.PI * value.Y);
        var (sineZ, cosineZ) = MathF.SinCos(MathF.PI * value.Z);
        var (sine, cosine) = (new Vector3(sineX, sineY, sineZ), new Vector3(cosineX, cosineY, cosineZ));
        for (var at = 3; at < destination.Length; at += 6)
        {
            sine.CopyTo(destination[at..]);
            cosine.CopyTo(destination[(at + 3)..]);
            (sine, cosine) = (2 * sine * cosine, Vector3.One - 2 * sine * sine);
        }
    }
}

/// <summary>Room for samples on their way through the network of a radiance field and back; belongs to one thread at a time.</summary>
internal sealed class NerfSamples
{
    private readonly NerfNetwork _network;
    private readonly Tensor<float>[] _hidden;
    private readonly Tensor<float> _mixed, _mixedGradient, _gradient, _otherGradient;

    public NerfSamples(NerfNetwork network, int capacity, bool withGradient)
    {
        _network = network;
        Encoded = Make(capacity, network.PositionColumns);
        _hidden = [.. Enumerable.Range(0, network.Trunk.Length).Select(i => Make(capacity, network.Width + (i == network.Trunk.Length - 1 ? network.DirectionColumns : i == network.Again - 1 ? network.PositionColumns : 0)))];
        _mixed = Make(capacity, network.Width / 2);
        Densities = Make(capacity, 1);
        Colours = Make(capacity, 3);
        var room = withGradient ? capacity : 1;
        DensityGradients = Make(room, 1);
        ColourGradients = Make(room, 3);
        _mixedGradient = Make(room, network.Width / 2);
        _gradient = Make(room, network.Width);
        _otherGradient = Make(room, network.Width);

        static Tensor<float> Make(int rows, int columns) => new(new Shape(rows, columns));
    }

    /// <summary>[samples, position columns].</summary>
    public Tensor<float> Encoded { get; }

    /// <summary>[samples, 1]: before the activation.</summary>
    public Tensor<float> Densities { get; }

    /// <summary>[samples, 3], in (0, 1).</summary>
    public Tensor<float> Colours { get; }

    /// <summary>[samples, 1]: the loss by the density before its activation.</summary>
    public Tensor<float> DensityGradients { get; }

    /// <summary>[samples, 3]: the loss by the colour before its sigmoid.</summary>
    public Tensor<float> ColourGradients { get; }

    /// <summary>Where the encoded direction of a sample is written.</summary>
    public Span<float> Direction(int sample) => _hidden[^1].Matrix.Row(sample)[_network.Width..];

    /// <summary>Hidden layers and densities of samples whose position is written.</summary>
    public void FindDensities(int first, int count)
    {
        var input = Encoded.Matrix.SliceRows(first, count);
        for (var i = 0; i < _hidden.Length; i++)
        {
            var rows = _hidden[i].Matrix.SliceRows(first, count);
            _network.Trunk[i].Forward(input, Hidden(i, first, count), rectify: true);
            for (var row = 0; i == _network.Again - 1 && row < count; row++)
                Encoded.Matrix.Row(first + row).CopyTo(rows.Row(row)[_network.Width..]);
            input = rows;
        }
        _network.Density.Forward(Hidden(_hidden.Length - 1, first, count), Densities.Matrix.SliceRows(first, count), rectify: false);
    }

    /// <summary>Colours of the first samples, whose hidden layers are done and whose direction is written.</summary>
    public void FindColours(int count)
    {
        _network.Mixed.Forward(_hidden[^1].Matrix.SliceRows(0, count), _mixed.Matrix.SliceRows(0, count), rectify: true);
        _network.Colour.Forward(_mixed.Matrix.SliceRows(0, count), Colours.Matrix.SliceRows(0, count), rectify: false);
        var values = Colours.Span[..(3 * count)];
        TensorPrimitives.Sigmoid<float>(values, values);
    }

    /// <summary>From the gradients of densities and colours to those of the layers, which are added.</summary>
    public void Backward(int count, DenseGradient[] gradients)
    {
        var (mixed, mixedGradient) = (_mixed.Matrix.SliceRows(0, count), _mixedGradient.Matrix.SliceRows(0, count));
        var (gradient, other) = (_gradient.Matrix.SliceRows(0, count), _otherGradient.Matrix.SliceRows(0, count));
        var last = _hidden.Length - 1;
        _network.Colour.Backward(mixed, ColourGradients.Matrix.SliceRows(0, count), gradients[^1], mixedGradient);
        DenseLayer.MaskRectified(mixed, mixedGradient);
        _network.Mixed.Backward(_hidden[last].Matrix.SliceRows(0, count), mixedGradient, gradients[^2], gradient);
        _network.Density.Backward(Hidden(last, 0, count), DensityGradients.Matrix.SliceRows(0, count), gradients[^3], gradient, accumulate: true);
        for (var i = last; i >= 0; i--)
        {
            DenseLayer.MaskRectified(Hidden(i, 0, count), gradient);
            _network.Trunk[i].Backward(i == 0 ? Encoded.Matrix.SliceRows(0, count) : _hidden[i - 1].Matrix.SliceRows(0, count), gradient, gradients[i], i == 0 ? null : other);
            (gradient, other) = (other, gradient);
        }
    }

    private MatrixView<float> Hidden(int layer, int first, int count) => _hidden[layer].Matrix.Slice(first, count, 0, _network.Width);
}
