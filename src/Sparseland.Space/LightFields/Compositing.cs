using System.Numerics;

namespace Sparseland.Space.LightFields;

/// <summary>
/// Samples along a ray, front to back, laid over each other (Porter and Duff 1984): C = sum of T_k a_k c_k + T_end background with T_k = product over j &lt; k of (1 - a_j), and the same for the distance,
/// where the background counts zero. The gradient goes from back to front and divides by nothing: with R_k, what is seen from sample k on, dC/da_k = T_k (c_k - R_(k+1)).
/// </summary>
public static class Compositing
{
    /// <summary>Composes one ray.</summary>
    /// <param name="opacities">One opacity a sample, in [0, 1].</param>
    /// <param name="colours">One colour a sample.</param>
    /// <param name="distances">One distance a sample.</param>
    /// <param name="background">What lies behind the last sample.</param>
    /// <param name="transmittances">Gets, for each sample, the share of light that comes past those before it.</param>
    /// <returns>The colour, the sum of weights times distances, and the share of light from the background.</returns>
    public static (Vector3 Colour, float Distance, float Background) Forward(
        ReadOnlySpan<float> opacities, ReadOnlySpan<Vector3> colours, ReadOnlySpan<float> distances, Vector3 background, Span<float> transmittances)
    {
        var (colour, distance, remaining) = (Vector3.Zero, 0f, 1f);
        for (var k = 0; k < opacities.Length; k++)
        {
            transmittances[k] = remaining;
            var weight = remaining * opacities[k];
            colour += weight * colours[k];
            distance += weight * distances[k];
            remaining *= 1 - opacities[k];
        }
        return (colour + remaining * background, distance, remaining);
    }

    /// <summary>The gradient of a loss through the composition of one ray.</summary>
    /// <param name="opacities">As they were composed.</param>
    /// <param name="colours">As they were composed.</param>
    /// <param name="distances">As they were composed; they have no gradient.</param>
    /// <param name="background">As it was composed.</param>
    /// <param name="transmittances">As the composition wrote them.</param>
    /// <param name="colourGradient">The loss by the colour.</param>
    /// <param name="distanceGradient">The loss by the distance.</param>
    /// <param name="opacityGradients">Gets the loss by each opacity.</param>
    /// <param name="colourGradients">Gets the loss by each sample's colour.</param>
    public static void Backward(ReadOnlySpan<float> opacities, ReadOnlySpan<Vector3> colours, ReadOnlySpan<float> distances, Vector3 background, ReadOnlySpan<float> transmittances,
        Vector3 colourGradient, float distanceGradient, Span<float> opacityGradients, Span<Vector3> colourGradients)
    {
        var (colourBehind, distanceBehind) = (background, 0f);
        for (var k = opacities.Length - 1; k >= 0; k--)
        {
            var (opacity, transmittance) = (opacities[k], transmittances[k]);
            opacityGradients[k] = transmittance * (Vector3.Dot(colourGradient, colours[k] - colourBehind) + distanceGradient * (distances[k] - distanceBehind));
            colourGradients[k] = transmittance * opacity * colourGradient;
            colourBehind = opacity * colours[k] + (1 - opacity) * colourBehind;
            distanceBehind = opacity * distances[k] + (1 - opacity) * distanceBehind;
        }
    }
}
