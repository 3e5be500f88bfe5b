using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>A weight in a sparse layout, rebuilt over the mapped parts when it is loaded.</summary>
internal sealed class PackedSource : TensorSource
{
    private readonly string _path;
    private readonly PackedWeight _weight;
    private readonly IReadOnlyList<(string Name, SafetensorsTensor Tensor)> _parts;

    /// <summary>Describes the weight.</summary>
    /// <param name="path">The file or folder, for messages.</param>
    /// <param name="name">The canonical name.</param>
    /// <param name="weight">What the header says.</param>
    /// <param name="parts">Its parts by their names inside the layout.</param>
    public PackedSource(string path, string name, PackedWeight weight, IReadOnlyList<(string Name, SafetensorsTensor Tensor)> parts)
        : base(new CheckpointTensor(name, weight.Shape, weight.Element, weight.Layout, parts.Sum(part => weight.Shared.ContainsKey(part.Name) ? 0 : part.Tensor.ByteCount)))
    {
        _path = path;
        _weight = weight;
        _parts = parts;
    }

    /// <inheritdoc/>
    public override MatrixLayout LoadMatrix()
    {
        var parts = new List<LayoutPart>();
        foreach (var (name, tensor) in _parts)
        {
            var part = new LayoutPart(name, PackedWeights.TypeOf(tensor), tensor.Storage<byte>()) { IsShared = _weight.Shared.ContainsKey(name) };
            if (tensor.Type.ToElement() is { } element)
                FiniteCheck.Require(tensor.File.Path, tensor.Name, element, part.Bytes, int.MaxValue);
            parts.Add(part);
        }
        try
        {
            return LayoutRegistry.Read(_weight.Layout, _weight.Element, _weight.Shape[0], _weight.Shape[1], parts);
        }
        catch (Exception fault) when (fault is ArgumentException or OverflowException)
        {
            throw new InvalidFileException(_path, PrintableName.Of(Description.Name), fault.Message, "the packed model is damaged: pack it again", fault);
        }
    }

    /// <inheritdoc/>
    public override Tensor<float> LoadTensor()
    {
        var tensor = Tensor<float>.Uninitialized(Description.Shape);
        LoadMatrix().ToDense(tensor.Matrix);
        return tensor;
    }
}
