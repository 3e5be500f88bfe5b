namespace Sparseland.Space.Fields;

/// <summary>How a closed mesh tells inside from outside.</summary>
public enum MeshSign
{
    /// <summary>By the normal of the nearest face, edge or vertex, weighted by the angles there (Bærentzen and Aanæs, "Signed distance computation using the angle weighted pseudonormal", 2005): exact, and
    /// nearly free, for a surface that does not cross itself; every edge must have two triangles.</summary>
    Pseudonormals,

    /// <summary>By how often the surface winds around the point, more than a half being inside: for surfaces that cross themselves or have edges of four triangles too, at the price of a second query.</summary>
    WindingNumber,
}
