using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Sparseland.Autograd;
using Sparseland.Autograd.Operations;
using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Space.Fields.Neural;

/// <summary>
/// An unsigned distance that a small network has learned; its gradients are those of the network itself, by one reverse pass. Near the surface such a field is wrong in value and, more so, in direction.
/// All cores work on a batch; calls from several threads wait for each other.
/// </summary>
public sealed class NeuralField : IBatchField
{
    private const int Tile = 4096;
    private const string Format = "sparseland neural distance 1";
    private readonly SineNetwork _network;
    private readonly Tape<float> _tape = new();
    private readonly Lock _gate = new();

    internal NeuralField(SineNetwork network, NeuralFieldShape shape)
    {
        (_network, Shape) = (network, shape);
        foreach (var parameter in network.Parameters)
            parameter.Trainable = false;
    }

    /// <summary>The cube that was learned; outside it the field means nothing.</summary>
    public Box3 Bounds => new(Shape.Centre - new Vector3(Shape.HalfSide), Shape.Centre + new Vector3(Shape.HalfSide));

    internal NeuralFieldShape Shape { get; }

    /// <summary>How many numbers the network has.</summary>
    public long ParameterCount => _network.Parameters.Sum(parameter => parameter.Value.Length);

    /// <inheritdoc/>
    public void Distances(ReadOnlySpan<Vector3> points, Span<float> distances)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, points.Length);
        lock (_gate)
        {
            _tape.Recording = false;
            for (var start = 0; start < points.Length; start += Tile)
            {
                var count = Math.Min(Tile, points.Length - start);
                var values = _network.Forward(_tape.Constant(Scaled(points.Slice(start, count)))).Value.Span;
                TensorPrimitives.Multiply(values, Shape.HalfSide, distances.Slice(start, count));
                _tape.Reset();
            }
        }
    }

    /// <inheritdoc/>
    public void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(distances.Length, points.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(gradients.Length, points.Length);
        lock (_gate)
        {
            _tape.Recording = true;
            for (var start = 0; start < points.Length; start += Tile)
            {
                var count = Math.Min(Tile, points.Length - start);
                var places = new Parameter<float>("points", Scaled(points.Slice(start, count)));
                var values = _network.Forward(_tape.Leaf(places));
                TensorPrimitives.Multiply(values.Value.Span, Shape.HalfSide, distances.Slice(start, count));
                // Each distance depends on its own point alone, so the gradient of the sum is all gradients.
                _tape.Backward(values.Sum());
                _tape.Reset();
                var slopes = MemoryMarshal.Cast<float, Vector3>(places.Gradient.Span);
                for (var i = 0; i < count; i++)
                    gradients[start + i] = slopes[i].LengthSquared() > 0 ? Vector3.Normalize(slopes[i]) : Vector3.Zero;
            }
        }
    }

    /// <summary>Writes the network as safetensors.</summary>
    /// <param name="path">Where.</param>
    public void Save(string path)
    {
        var entries = _network.Parameters.Select(parameter => new SafetensorsEntry(parameter.Name, SafetensorsType.F32, [.. parameter.Value.Shape.ToArray().Select(extent => (long)extent)])).ToList();
        using var writer = new SafetensorsWriter(path, entries, Shape.ToMetadata(Format));
        foreach (var parameter in _network.Parameters)
            writer.Append<float>(parameter.Name, parameter.Value.Span);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> has written.</summary>
    /// <exception cref="InvalidFileException">The file is damaged, or holds something else.</exception>
    public static NeuralField Load(string path)
    {
        var file = SafetensorsFile.Open(path);
        var shape = NeuralFieldShape.FromMetadata(path, file.Metadata, Format);
        var network = new SineNetwork(shape.Width, shape.Layers, shape.Frequency);
        foreach (var parameter in network.Parameters)
        {
            if (file.Find(parameter.Name) is not { Type: SafetensorsType.F32 } stored || stored.Shape != parameter.Value.Shape)
                throw new InvalidFileException(path, parameter.Name, $"it is not there as F32 {parameter.Value.Shape}", "write it again");
            stored.Storage<float>().Slice(0, checked((int)parameter.Value.Length)).CopyTo(parameter.Value.Span);
            foreach (var value in parameter.Value.Span)
            {
                if (!float.IsFinite(value))
                    throw new InvalidFileException(path, parameter.Name, $"it holds {value.ToString(CultureInfo.InvariantCulture)}, and weights must be finite", "train it again");
            }
        }
        GC.KeepAlive(file);
        return new(network, shape);
    }

    /// <summary>Whether a file says that it is one of these; false when it cannot be read as safetensors.</summary>
    public static bool IsNeuralField(string path)
    {
        try
        {
            return Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase) && File.Exists(path) && SafetensorsFile.Open(path).Metadata.GetValueOrDefault("format") == Format;
        }
        catch (InvalidFileException)
        {
            return false;
        }
    }

    private Tensor<float> Scaled(ReadOnlySpan<Vector3> points)
    {
        var scaled = Tensor<float>.Uninitialized(new Tensors.Shape(points.Length, 3));
        var places = MemoryMarshal.Cast<float, Vector3>(scaled.Span);
        for (var i = 0; i < points.Length; i++)
            places[i] = (points[i] - Shape.Centre) / Shape.HalfSide;
        return scaled;
    }
}
