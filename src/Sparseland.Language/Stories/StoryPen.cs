namespace Sparseland.Language.Stories;

/// <summary>
/// Where the storyteller's choices come from and where its words go. A choice is made by offering candidate continuations of the text, no
/// one a prefix of another, each with a weight; the pen picks one and the text goes on with it. Because the picked continuation stands in
/// the text at once, the text says what was picked, and the product of the picks' probabilities is the probability of the text.
/// </summary>
internal abstract class StoryPen
{
    private readonly List<(string Text, double Weight, int Tag)> _offers = [];

    /// <summary>Characters of text so far. The text is ASCII, so that these are bytes too.</summary>
    public abstract int Length { get; }

    /// <summary>Sum of −ln p of the choices so far, in nats.</summary>
    public double Surprisal { get; private set; }

    /// <summary>Choices so far that had more than one candidate.</summary>
    public long Choices { get; private set; }

    /// <summary>Goes on with text that nothing was chosen for.</summary>
    public abstract void Write(string text);

    /// <summary>Adds a candidate to the coming choice; one of weight zero is impossible and is left out.</summary>
    /// <param name="text">How the text goes on if it is picked.</param>
    /// <param name="weight">Its share, relative to the other candidates.</param>
    /// <param name="tag">What <see cref="Pick"/> returns for it.</param>
    public void Offer(string text, double weight, int tag)
    {
        if (weight > 0)
            _offers.Add((text, weight, tag));
    }

    /// <summary>Picks one of the candidates, writes it, accounts for it, and clears the candidates.</summary>
    /// <returns>The tag of the candidate.</returns>
    public int Pick()
    {
        var total = 0.0;
        foreach (var offer in _offers)
            total += offer.Weight;
        var picked = Decide(_offers, total);
        if (_offers.Count > 1)
        {
            Surprisal += Math.Log(total) - Math.Log(picked.Weight);
            Choices++;
        }
        _offers.Clear();
        return picked.Tag;
    }

    /// <summary>Finds the candidate and appends its text.</summary>
    protected abstract (string Text, double Weight, int Tag) Decide(List<(string Text, double Weight, int Tag)> offers, double total);
}
