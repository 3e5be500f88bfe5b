namespace Sparseland.Space.Surfaces.DualMesh;

/// <summary>What the tangent planes around a vertex say about the surface there.</summary>
public enum DualVertexKind
{
    /// <summary>The leaf has no vertex.</summary>
    None,

    /// <summary>The surface is flat or smooth.</summary>
    Plane,

    /// <summary>Two sheets meet in a line.</summary>
    Edge,

    /// <summary>Three or more sheets meet in a point.</summary>
    Corner,
}
