using Sparseland.Chance;
using Sparseland.Tensors;

namespace Sparseland.Space.LightFields;

/// <summary>
/// The small network of a light field. A sample's features, its place in the voxel and the length of its segment go through one hidden layer, from which the opacity follows: it knows nothing of the
/// direction, so that geometry is the same from everywhere. The second hidden layer sees the direction as well, as spherical harmonics, and gives the colour.
/// </summary>
internal sealed class LightFieldNetwork
{
    // Places of entry and exit, the segment's length, a constant.
    private const int PlaceColumns = 8;

    /// <param name="options">Widths.</param>
    /// <param name="chance">Where the first weights come from; null leaves zeros, for a file to fill.</param>
    public LightFieldNetwork(LightFieldOptions options, RandomStream? chance)
    {
        FeatureColumns = options.FeatureWidth * (options.CoarseLevels > 0 ? 3 : 2);
        InputColumns = FeatureColumns + PlaceColumns;
        Hidden = options.Hidden;
        Segment = new DenseLayer("segment", InputColumns, Hidden, Math.Sqrt(2.0 / InputColumns), chance);
        // Voxels that no ray has seen stay nearly clear.
        Opacity = new DenseLayer("opacity", Hidden, 1, Math.Sqrt(0.1 / Hidden), chance, bias: -2);
        Direction = new DenseLayer("direction", JoinedColumns, Hidden, Math.Sqrt(2.0 / JoinedColumns), chance);
        Colour = new DenseLayer("colour", Hidden, 3, Math.Sqrt(1.0 / Hidden), chance);
        Layers = [Segment, Opacity, Direction, Colour];
    }

    /// <summary>The columns of the input that are features: entry, exit and, where there are coarse ones, middle.</summary>
    public int FeatureColumns { get; }

    public int InputColumns { get; }

    public int Hidden { get; }

    /// <summary>Columns of the second layer's input: the first layer's output beside the direction.</summary>
    public int JoinedColumns => Hidden + SphericalHarmonics.Count;

    public DenseLayer Segment { get; }

    public DenseLayer Opacity { get; }

    public DenseLayer Direction { get; }

    public DenseLayer Colour { get; }

    public IReadOnlyList<DenseLayer> Layers { get; }
}

/// <summary>Room for the samples of one tile of rays on their way through the network and back; belongs to one thread at a time.</summary>
internal sealed class NetworkTile
{
    private readonly LightFieldNetwork _network;
    private readonly Tensor<float> _joinedGradient, _mixedGradient, _inputGradient;

    public NetworkTile(LightFieldNetwork network, int capacity, bool withGradient)
    {
        _network = network;
        Capacity = capacity;
        Input = Make(network.InputColumns);
        Joined = Make(network.JoinedColumns);
        Mixed = Make(network.Hidden);
        Opacities = Make(1);
        Colours = Make(3);
        capacity = withGradient ? capacity : 1;
        OpacityGradients = Make(1);
        ColourGradients = Make(3);
        _mixedGradient = Make(network.Hidden);
        _joinedGradient = Make(network.Hidden);
        _inputGradient = Make(network.FeatureColumns);

        Tensor<float> Make(int columns) => new(new Shape(capacity, columns));
    }

    public int Capacity { get; }

    /// <summary>[samples, input columns].</summary>
    public Tensor<float> Input { get; }

    /// <summary>[samples, hidden + 16]: the first layer's output, then the direction, which the caller writes.</summary>
    public Tensor<float> Joined { get; }

    private Tensor<float> Mixed { get; }

    /// <summary>[samples, 1], in (0, 1).</summary>
    public Tensor<float> Opacities { get; }

    /// <summary>[samples, 3], in (0, 1).</summary>
    public Tensor<float> Colours { get; }

    /// <summary>[samples, 1]: the loss by the opacity before its sigmoid.</summary>
    public Tensor<float> OpacityGradients { get; }

    /// <summary>[samples, 3]: the loss by the colour before its sigmoid.</summary>
    public Tensor<float> ColourGradients { get; }

    /// <summary>[samples, feature columns]: the loss by the input.</summary>
    public MatrixView<float> InputGradient(int samples) => _inputGradient.Matrix.SliceRows(0, samples);

    /// <summary>First layer and opacities of samples whose input is written.</summary>
    public void FindOpacities(int first, int count)
    {
        var hidden = Joined.Matrix.Slice(first, count, 0, _network.Hidden);
        _network.Segment.Forward(Input.Matrix.SliceRows(first, count), hidden, rectify: true);
        var opacities = Opacities.Matrix.SliceRows(first, count);
        _network.Opacity.Forward(hidden, opacities, rectify: false);
        var values = Opacities.Span.Slice(first, count);
        TensorPrimitives.Sigmoid<float>(values, values);
    }

    /// <summary>Colours of the first samples, whose first layer is done and whose direction is written.</summary>
    public void FindColours(int count)
    {
        var mixed = Mixed.Matrix.SliceRows(0, count);
        _network.Direction.Forward(Joined.Matrix.SliceRows(0, count), mixed, rectify: true);
        _network.Colour.Forward(mixed, Colours.Matrix.SliceRows(0, count), rectify: false);
        var values = Colours.Span[..(3 * count)];
        TensorPrimitives.Sigmoid<float>(values, values);
    }

    /// <summary>From the gradients of opacities and colours to those of the layers, which are added, and of the input.</summary>
    /// <param name="count">Samples.</param>
    /// <param name="gradients">One for each layer, in the network's order.</param>
    public void Backward(int count, DenseGradient[] gradients)
    {
        var hidden = Joined.Matrix.Slice(0, count, 0, _network.Hidden);
        var (mixed, mixedGradient, hiddenGradient) = (Mixed.Matrix.SliceRows(0, count), _mixedGradient.Matrix.SliceRows(0, count), _joinedGradient.Matrix.SliceRows(0, count));
        _network.Colour.Backward(mixed, ColourGradients.Matrix.SliceRows(0, count), gradients[3], mixedGradient);
        DenseLayer.MaskRectified(mixed, mixedGradient);
        _network.Direction.Backward(Joined.Matrix.SliceRows(0, count), mixedGradient, gradients[2], hiddenGradient);
        _network.Opacity.Backward(hidden, OpacityGradients.Matrix.SliceRows(0, count), gradients[1], hiddenGradient, accumulate: true);
        DenseLayer.MaskRectified(hidden, hiddenGradient);
        _network.Segment.Backward(Input.Matrix.SliceRows(0, count), hiddenGradient, gradients[0], InputGradient(count));
    }
}
