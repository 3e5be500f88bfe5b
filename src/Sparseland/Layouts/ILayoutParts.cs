namespace Sparseland.Layouts;

/// <summary>
/// A layout that consists of named raw vectors. A file stores the layout's name, its element type, rows, columns and these parts;
/// <see cref="LayoutRegistry.Read"/> rebuilds the same layout from them, over the same memory, and checks everything a damaged or hostile file could get wrong.
/// </summary>
public interface ILayoutParts
{
    /// <summary>The parts, in the order in which a file stores them.</summary>
    IReadOnlyList<LayoutPart> Parts { get; }
}
