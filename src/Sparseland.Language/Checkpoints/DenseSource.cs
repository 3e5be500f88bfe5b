using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>A dense or block-quantised tensor in a mapped file. In canonical order it is used where it lies; otherwise its rows are copied into order when it is loaded.</summary>
internal sealed unsafe class DenseSource : TensorSource
{
    private readonly MappedFile _file;
    private readonly long _offset;
    private readonly StoredRows? _rows;

    /// <summary>Describes the tensor.</summary>
    /// <param name="file">The file.</param>
    /// <param name="storedName">The tensor's name in the file, for messages.</param>
    /// <param name="offset">First byte of the stored tensor.</param>
    /// <param name="name">The canonical name.</param>
    /// <param name="shape">The canonical shape.</param>
    /// <param name="element">How it is stored.</param>
    /// <param name="byteCount">Bytes of the canonical tensor.</param>
    /// <param name="rows">How rows are rearranged, or null when they are in order.</param>
    public DenseSource(MappedFile file, string storedName, long offset, string name, Shape shape, ElementType element, long byteCount, StoredRows? rows = null)
        : base(new CheckpointTensor(name, shape, element, "dense", byteCount))
    {
        _file = file;
        _offset = offset;
        _rows = rows;
        StoredName = storedName;
    }

    /// <summary>The tensor's name in the file.</summary>
    public string StoredName { get; }

    /// <inheritdoc/>
    public override MatrixLayout LoadMatrix()
    {
        var (element, shape) = (Description.Element, Description.Shape);
        // There are no products of double precision: the engine computes in float32.
        return element == ElementType.Float64
            ? DenseMatrix.FromFloat32(LoadTensor().Matrix, ElementType.Float32)
            : DenseMatrix.FromStorage(element, shape.Rows, shape.Columns, Load());
    }

    /// <inheritdoc/>
    public override Tensor<float> LoadTensor()
    {
        var tensor = Tensor<float>.Uninitialized(Description.Shape);
        if (!ElementConversion.IsPlain(Description.Element))
        {
            LoadMatrix().ToDense(tensor.Matrix);
            return tensor;
        }
        var bytes = Load();
        ElementConversion.ToSingle(Description.Element, bytes.Pointer, tensor.Span);
        GC.KeepAlive(bytes);
        return tensor;
    }

    /// <summary>The canonical bytes, checked for NaN and infinity.</summary>
    public TensorStorage<byte> Load()
    {
        var shape = Description.Shape;
        TensorStorage<byte> bytes;
        if (_rows is null)
        {
            bytes = _file.Storage<byte>(_offset, Description.ByteCount);
        }
        else
        {
            if (Description.ByteCount > Array.MaxLength - TensorStorage<byte>.Alignment)
                throw new ResourceLimitException($"{_file.Path}: the tensor {PrintableName.Of(StoredName)} has {Description.ByteCount} bytes; at most {Array.MaxLength} can be rearranged");
            bytes = new TensorStorage<byte>(Description.ByteCount, zeroed: false);
            // A vector is a matrix of one column: its elements move as rows do.
            var rows = shape.Rank < 2 ? shape.Length : shape.Rows;
            if (rows > 0)
                Arrange(_rows, bytes, rows, Description.ByteCount / rows);
        }
        FiniteCheck.Require(_file.Path, StoredName, Description.Element, bytes, shape.Columns);
        return bytes;
    }

    private void Arrange(StoredRows order, TensorStorage<byte> destination, long rows, long rowBytes)
    {
        var source = _file.Storage<byte>(_offset, order.SourceBytes(rows, rowBytes));
        order.Arrange(source.Pointer, destination.Pointer, rows, rowBytes);
        GC.KeepAlive(source);
    }
}
