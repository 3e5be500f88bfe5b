using System.Numerics;

namespace Sparseland.Space.Fields;

/// <summary>A distance as a function of points, asked for many at once: exact, sampled or a neural network. Signed (negative inside) or unsigned, as the use says.</summary>
public interface IBatchField
{
    /// <summary>The distances at points, in metres.</summary>
    /// <param name="points">The points.</param>
    /// <param name="distances">Gets one distance for each point.</param>
    void Distances(ReadOnlySpan<Vector3> points, Span<float> distances);

    /// <summary>The distances at points and their gradients scaled to length one; a gradient of zero stays zero.</summary>
    /// <param name="points">The points.</param>
    /// <param name="distances">Gets one distance for each point.</param>
    /// <param name="gradients">Gets one direction for each point.</param>
    void DistancesAndGradients(ReadOnlySpan<Vector3> points, Span<float> distances, Span<Vector3> gradients);
}
