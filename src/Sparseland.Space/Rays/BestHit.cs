namespace Sparseland.Space.Rays;

/// <summary>The best hit so far: the nearest, and of equally near ones that of the lowest triangle.</summary>
internal struct BestHit
{
    public BestHit(float greatest)
        : this(MathF.Min(greatest, float.MaxValue), int.MaxValue, 0, 0, 1)
    {
    }

    public BestHit(float distance, int triangle, float shareB, float shareC, float determinant) =>
        (Distance, Triangle, ShareB, ShareC, Determinant) = (distance, triangle, shareB, shareC, determinant);

    /// <summary>Nothing farther counts any more.</summary>
    public float Distance { get; private set; }

    /// <summary>The triangle, or the largest number there is while none was hit.</summary>
    public int Triangle { get; private set; }

    /// <summary>The second corner's share times the determinant.</summary>
    public float ShareB { get; private set; }

    /// <summary>The third corner's share times the determinant.</summary>
    public float ShareC { get; private set; }

    public float Determinant { get; private set; }

    public readonly bool IsFound => Triangle != int.MaxValue;

    public void Offer(float distance, int triangle, float shareB, float shareC, float determinant)
    {
        if (distance < Distance || (distance == Distance && triangle < Triangle))
            (Distance, Triangle, ShareB, ShareC, Determinant) = (distance, triangle, shareB, shareC, determinant);
    }

    public readonly RayHit Hit() => IsFound ? new(Triangle, Distance, ShareB / Determinant, ShareC / Determinant) : RayHit.None;
}
