namespace Sparseland.Trees.Octrees;

/// <summary>Which of the cells around a cell are its neighbours, by how many there are.</summary>
public enum Connectivity
{
    /// <summary>The 6 that share a face.</summary>
    Faces = 6,

    /// <summary>The 18 that share a face or an edge.</summary>
    Edges = 18,

    /// <summary>The 26 that share a face, an edge or a corner.</summary>
    Corners = 26,
}
