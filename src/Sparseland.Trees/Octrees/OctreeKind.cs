namespace Sparseland.Trees.Octrees;

/// <summary>What the leaves of an octree carry.</summary>
public enum OctreeKind
{
    /// <summary>Nothing: a leaf is a cell, as where a field's surface may pass.</summary>
    Cells = 0,

    /// <summary>Points, with their numbers and positions in the order of the curve.</summary>
    Points = 1,

    /// <summary>The numbers of the triangles that meet the cell.</summary>
    Triangles = 2,
}
