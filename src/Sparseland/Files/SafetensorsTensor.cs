using Sparseland.Errors;
using Sparseland.Tensors;

namespace Sparseland.Files;

/// <summary>A tensor to be written: its name, element type and extents, which fix its bytes.</summary>
/// <param name="Name">Any name but "__metadata__".</param>
/// <param name="Type">The element type.</param>
/// <param name="Extents">The extents, outermost first; none for a scalar.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, params IReadOnlyList<long> Extents)
{
    /// <summary>Bytes of the tensor.</summary>
    /// <exception cref="OverflowException">The extents multiply to more than 2^63.</exception>
    public long ByteCount => Extents.Aggregate((long)Type.ByteCount(), (product, extent) => checked(product * extent));
}

/// <summary>A tensor in a safetensors file, as its checked header describes it.</summary>
/// <param name="File">The mapped file.</param>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Extents">The extents, outermost first.</param>
/// <param name="Offset">Its first byte, counted from the start of the file.</param>
/// <param name="ByteCount">Its bytes: always the product of the extents and the element's size.</param>
public sealed record SafetensorsTensor(MappedFile File, string Name, SafetensorsType Type, IReadOnlyList<long> Extents, long Offset, long ByteCount)
{
    /// <summary>The extents as the engine's shape.</summary>
    /// <exception cref="UnsupportedException">More than six dimensions, or an extent of 2^31 or more.</exception>
    public Shape Shape
    {
        get
        {
            if (Extents.Count > Shape.MaxRank || Extents.Any(extent => extent > int.MaxValue))
                throw new UnsupportedException($"{File.Path}: the tensor {PrintableName.Of(Name)} has the shape [{string.Join(", ", Extents.Take(8))}{(Extents.Count > 8 ? ", ..." : "")}]; shapes of up to {Shape.MaxRank} dimensions below 2^31 are known");
            return new Shape([.. Extents.Select(extent => (int)extent)]);
        }
    }

    /// <summary>How many elements there are.</summary>
    public long ElementCount => ByteCount / Type.ByteCount();

    /// <summary>The tensor's bytes as mapped elements. The memory is read-only.</summary>
    /// <exception cref="ArgumentException">The element has another size than the tensor's type.</exception>
    public unsafe TensorStorage<T> Storage<T>() where T : unmanaged
    {
        if (sizeof(T) != 1 && sizeof(T) != Type.ByteCount())
            throw new ArgumentException($"elements of {sizeof(T)} bytes for the {Type.Name()} tensor {PrintableName.Of(Name)}");
        return File.Storage<T>(Offset, ByteCount / sizeof(T));
    }
}
