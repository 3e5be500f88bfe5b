using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Layouts;

/// <summary>What the registry knows of a layout (or of a family of layouts, such as N:M).</summary>
public sealed class LayoutKind
{
    /// <summary>The name, or the form of the family's names ("N:M").</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Meaning { get; init; }

    /// <summary>The value types it stores.</summary>
    public required IReadOnlyList<ElementType> Elements { get; init; }

    /// <summary>Whether a name belongs to this kind.</summary>
    public required Func<string, bool> Matches { get; init; }

    /// <summary>Makes it from a dense matrix: name, values, mask, element, int8 scales to use again (or null). Null when no mask makes it, because it is learned from the weights.</summary>
    public Func<string, MatrixView<float>, Mask, ElementType, float[]?, MatrixLayout>? Create { get; init; }

    /// <summary>The same matrix in another value type, for a kind without <see cref="Create"/>.</summary>
    public Func<MatrixLayout, ElementType, MatrixLayout>? ChangeElement { get; init; }

    /// <summary>Rebuilds it from parts: name, element, rows, columns, parts.</summary>
    public required Func<string, ElementType, int, int, IReadOnlyList<LayoutPart>, MatrixLayout> Read { get; init; }

    /// <summary>Whether a mask fits the layout exactly: name, mask.</summary>
    public Func<string, Mask, bool> Fits { get; init; } = (_, _) => true;
}
