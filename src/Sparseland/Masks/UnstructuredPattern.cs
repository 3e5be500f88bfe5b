using Sparseland.Layouts;

namespace Sparseland.Masks;

/// <summary>Zeros anywhere.</summary>
public sealed record UnstructuredPattern : Pattern
{
    /// <inheritdoc/>
    public override string LayoutName => BitmapMatrix.LayoutName;

    /// <inheritdoc/>
    public override void Validate(int rows, int columns, string name = "the matrix") { }

    /// <inheritdoc/>
    public override string? FirstViolation(Mask mask) => null;

    /// <summary>"unstructured".</summary>
    public override string ToString() => "unstructured";
}
