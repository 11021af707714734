<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name>Attention</name>
    <message>
        <source>dense</source>
        <translation>dicht</translation>
    </message>
    <message>
        <source>sparse</source>
        <translation>dünn besetzt</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>automatisch</translation>
    </message>
</context>
<context>
    <name>Basis</name>
    <message numerus="yes">
        <source>Rests on %n frame(s)</source>
        <translation>
            <numerusform>Beruht auf %n Bild</numerusform>
            <numerusform>Beruht auf %n Bildern</numerusform>
        </translation>
    </message>
    <message>
        <source> from %1 to %2</source>
        <translation> von %1 bis %2</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s) could not be decoded</source>
        <translation>
            <numerusform>%n Bild war nicht zu dekodieren</numerusform>
            <numerusform>%n Bilder waren nicht zu dekodieren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n time(s) without a frame, struck through</source>
        <translation>
            <numerusform>%n Zeit ohne Bild, durchgestrichen</numerusform>
            <numerusform>%n Zeiten ohne Bild, durchgestrichen</numerusform>
        </translation>
    </message>
    <message>
        <source>Cost: %1 tokens, first word after %2</source>
        <translation>Kosten: %1 Tokens, erstes Wort nach %2</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Sparse</source>
        <translation>Dünn besetzt</translation>
    </message>
    <message>
        <source>Closer look at %1</source>
        <translation>Genauer hingesehen bei %1</translation>
    </message>
    <message numerus="yes">
        <source>%n subtitle line(s)</source>
        <translation>
            <numerusform>%n Untertitelzeile</numerusform>
            <numerusform>%n Untertitelzeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1, closer look at %2</source>
        <translation>%1, genauer hingesehen bei %2</translation>
    </message>
    <message>
        <source>One frame every %1: what is shorter can have been missed</source>
        <translation>Ein Bild alle %1: Kürzeres kann entgangen sein</translation>
    </message>
    <message>
        <source>the budget Long looks every %1</source>
        <translation>das Budget „Lang“ sieht alle %1 hin</translation>
    </message>
    <message>
        <source>Lines the model looked at, not proof:</source>
        <translation>Zeilen, auf die das Modell sah, kein Beweis:</translation>
    </message>
</context>
<context>
    <name>CloseButton</name>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Cost</name>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>%1, %2 tokens, %3</source>
        <translation>%1, %2 Tokens, %3</translation>
    </message>
    <message>
        <source> · one every %1</source>
        <translation> · eines alle %1</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n Bild</numerusform>
            <numerusform>%n Bilder</numerusform>
        </translation>
    </message>
    <message>
        <source>Fewer frames</source>
        <translation>Weniger Bilder</translation>
    </message>
    <message>
        <source>Smaller frames</source>
        <translation>Kleinere Bilder</translation>
    </message>
    <message>
        <source>Only up to %1</source>
        <translation>Nur bis %1</translation>
    </message>
    <message>
        <source>time known after a question</source>
        <translation>Zeit nach einer Frage bekannt</translation>
    </message>
    <message>
        <source>first word in less than 1 s</source>
        <translation>erstes Wort in weniger als 1 s</translation>
    </message>
    <message>
        <source>less than 1 s · %1</source>
        <translation>weniger als 1 s · %1</translation>
    </message>
    <message>
        <source>first word in about %1</source>
        <translation>erstes Wort in etwa %1</translation>
    </message>
    <message>
        <source>does not fit: %1</source>
        <translation>passt nicht: %1</translation>
    </message>
    <message>
        <source>about %1 · %2</source>
        <translation>etwa %1 · %2</translation>
    </message>
    <message>
        <source>Weights in 4 bits, memory of the video in 8: less exact</source>
        <translation>Gewichte in 4 Bit, Gedächtnis fürs Video in 8: weniger genau</translation>
    </message>
    <message>
        <source>Weights in 4 bits: less exact</source>
        <translation>Gewichte in 4 Bit: weniger genau</translation>
    </message>
    <message>
        <source>Weights and memory of the video in 8 bits: nearly as exact</source>
        <translation>Gewichte und Gedächtnis fürs Video in 8 Bit: fast so genau</translation>
    </message>
    <message>
        <source>Weights in 8 bits: nearly as exact</source>
        <translation>Gewichte in 8 Bit: fast so genau</translation>
    </message>
    <message>
        <source>Memory of the video in 8 bits: nearly as exact</source>
        <translation>Gedächtnis fürs Video in 8 Bit: fast so genau</translation>
    </message>
</context>
<context>
    <name>Drop</name>
    <message>
        <source>Open “%1”</source>
        <translation>„%1“ öffnen</translation>
    </message>
    <message numerus="yes">
        <source>Open %n video(s)</source>
        <translation>
            <numerusform>%n Video öffnen</numerusform>
            <numerusform>%n Videos öffnen</numerusform>
        </translation>
    </message>
    <message>
        <source>Videos (%1)</source>
        <translation>Videos (%1)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Use “%1” as subtitles</source>
        <translation>„%1“ als Untertitel verwenden</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>%1 · %2 · %3 · first token %4 · %5 tokens · density %6</source>
        <translation>%1 · %2 · %3 · erstes Token %4 · %5 Tokens · Dichte %6</translation>
    </message>
    <message>
        <source>“%1” could not be written: %2.</source>
        <translation>„%1“ konnte nicht geschrieben werden: %2.</translation>
    </message>
    <message>
        <source>The folder “%1” could not be made.</source>
        <translation>Der Ordner „%1“ konnte nicht angelegt werden.</translation>
    </message>
    <message>
        <source>Reelquery exports .md, .html and .json files, not “.%1”.</source>
        <translation>Reelquery exportiert .md, .html und .json, nicht „.%1“.</translation>
    </message>
    <message>
        <source>There is nothing to export yet.</source>
        <translation>Es gibt noch nichts zu exportieren.</translation>
    </message>
    <message>
        <source>Export conversation</source>
        <translation>Gespräch exportieren</translation>
    </message>
    <message>
        <source>Markdown with stills (*.md);;Web page (*.html);;JSON with all figures (*.json)</source>
        <translation>Markdown mit Bildern (*.md);;Webseite (*.html);;JSON mit allen Zahlen (*.json)</translation>
    </message>
    <message>
        <source>Choose another folder or name.</source>
        <translation>Wähle einen anderen Ordner oder Namen.</translation>
    </message>
    <message>
        <source>Exported to %1.</source>
        <translation>Nach %1 exportiert.</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>Where the model looked, not proof: %1</source>
        <translation>Wohin das Modell gesehen hat – kein Beweis: %1</translation>
    </message>
    <message numerus="yes">
        <source>Exported to %1, without %n still(s) that were not kept.</source>
        <translation>
            <numerusform>Nach %1 exportiert, ohne %n Bild, das nicht aufgehoben wurde.</numerusform>
            <numerusform>Nach %1 exportiert, ohne %n Bilder, die nicht aufgehoben wurden.</numerusform>
        </translation>
    </message>
    <message>
        <source>Lines the model looked at, not proof: %1</source>
        <translation>Zeilen, auf die das Modell sah, kein Beweis: %1</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>%1 min %2 s</source>
        <translation>%1 min %2 s</translation>
    </message>
    <message>
        <source>%1 min</source>
        <translation>%1 min</translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation>%1 %</translation>
    </message>
</context>
<context>
    <name>Ledger</name>
    <message numerus="yes">
        <source>Medians of %n round(s) after a warm-up.</source>
        <translation>
            <numerusform>Werte von %n Runde nach dem Aufwärmen.</numerusform>
            <numerusform>Mediane von %n Runden nach dem Aufwärmen.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1  (%2 – %3)</source>
        <translation>%1  (%2 – %3)</translation>
    </message>
    <message>
        <source>%1 tokens/s</source>
        <translation>%1 Tokens/s</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Loading the model, once</source>
        <translation>Modell laden, einmal</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>Dekodieren</translation>
    </message>
    <message>
        <source>Reading the frames from the file; overlaps with encoding</source>
        <translation>Bilder aus der Datei lesen; läuft neben dem Kodieren</translation>
    </message>
    <message>
        <source>Encode</source>
        <translation>Kodieren</translation>
    </message>
    <message>
        <source>Turning frames into tokens</source>
        <translation>Bilder in Tokens verwandeln</translation>
    </message>
    <message>
        <source>Prefill</source>
        <translation>Einlesen</translation>
    </message>
    <message>
        <source>Reading the prompt</source>
        <translation>Die Eingabe lesen</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>Of the prefill</source>
        <translation>Vom Einlesen</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Of the prefill: finding the blocks that matter</source>
        <translation>Vom Einlesen: die wichtigen Blöcke finden</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>Erstes Token</translation>
    </message>
    <message>
        <source>From the question to the first word, without loading the model</source>
        <translation>Von der Frage bis zum ersten Wort, ohne das Laden des Modells</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>After the first word</source>
        <translation>Nach dem ersten Wort</translation>
    </message>
    <message>
        <source>Tokens read: video, times, question, earlier turns</source>
        <translation>Gelesene Tokens: Video, Zeiten, Frage, Früheres</translation>
    </message>
    <message>
        <source>Reused</source>
        <translation>Wiederverwendet</translation>
    </message>
    <message>
        <source>Density</source>
        <translation>Dichte</translation>
    </message>
    <message>
        <source>Share of the attention blocks that were computed</source>
        <translation>Anteil der berechneten Attention-Blöcke</translation>
    </message>
    <message>
        <source>Peak RAM</source>
        <translation>Höchster Arbeitsspeicher</translation>
    </message>
    <message>
        <source>Of the program while it answered, mapped model files included</source>
        <translation>Des Programms während der Antwort, eingeblendete Modelldateien eingerechnet</translation>
    </message>
    <message>
        <source>Peak GPU memory</source>
        <translation>Höchster GPU-Speicher</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Decode, once</source>
        <translation>Dekodieren, einmal</translation>
    </message>
    <message>
        <source>Encode, once</source>
        <translation>Kodieren, einmal</translation>
    </message>
    <message>
        <source>of that attention</source>
        <translation>davon Attention</translation>
    </message>
    <message>
        <source>of that selection</source>
        <translation>davon Auswahl</translation>
    </message>
    <message>
        <source>Prompt tokens</source>
        <translation>Tokens der Eingabe</translation>
    </message>
    <message>
        <source>Dense was faster: prefill %1 dense, %2 sparse. At this length sparse attention does not pay.</source>
        <translation>Dicht war schneller: Einlesen %1 dicht, %2 dünn besetzt. Bei dieser Länge lohnt sich dünn besetzte Attention nicht.</translation>
    </message>
    <message>
        <source>Sparse was faster: prefill %1× (%2 dense, %3 sparse), attention alone %4×, first token %5×.</source>
        <translation>Dünn besetzt war schneller: Einlesen %1× (%2 dicht, %3 dünn besetzt), Attention allein %4×, erstes Token %5×.</translation>
    </message>
    <message>
        <source>Other programs took %1 of this machine meanwhile: times may be off by as much.</source>
        <translation>Andere Programme haben währenddessen %1 dieses Rechners gebraucht: Die Zeiten können um ebenso viel abweichen.</translation>
    </message>
    <message>
        <source>The answers are the same.</source>
        <translation>Die Antworten sind gleich.</translation>
    </message>
    <message>
        <source>The answers part after %1 tokens; fed the dense answer, sparse agrees on %2 of %3 tokens.</source>
        <translation>Die Antworten trennen sich nach %1 Tokens; mit der dichten Antwort als Vorgabe stimmt dünn besetzt bei %2 von %3 Tokens überein.</translation>
    </message>
    <message>
        <source>%1 tokens, density %2, %3, %4 %5.</source>
        <translation>%1 Tokens, Dichte %2, %3, %4 %5.</translation>
    </message>
    <message>
        <source>from disk</source>
        <translation>vom Datenträger</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Encoded for an earlier question and kept, so that nothing was decoded or encoded</source>
        <translation>Für eine frühere Frage kodiert und aufgehoben; es wurde nichts dekodiert oder kodiert</translation>
    </message>
    <message>
        <source>Subtitles</source>
        <translation>Untertitel</translation>
    </message>
    <message numerus="yes">
        <source>%Ln layer(s)</source>
        <translation>
            <numerusform>%Ln Schicht</numerusform>
            <numerusform>%Ln Schichten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln token(s)</source>
        <translation>
            <numerusform>%Ln Token</numerusform>
            <numerusform>%Ln Tokens</numerusform>
        </translation>
    </message>
    <message>
        <source>Of the prompt: read for an earlier question and still in memory</source>
        <translation>Von der Eingabe: für eine frühere Frage gelesen und noch im Speicher</translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s)</source>
        <translation>
            <numerusform>%Ln Zeile</numerusform>
            <numerusform>%Ln Zeilen</numerusform>
        </translation>
    </message>
    <message>
        <source>Read as text, at their times</source>
        <translation>Als Text gelesen, an ihrer Stelle im Video</translation>
    </message>
    <message>
        <source>Sparse layers</source>
        <translation>Dünn besetzte Schichten</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>No clear winner: prefill %1 dense, %2 sparse; the times of the rounds overlap.</source>
        <translation>Kein klarer Sieger: Einlesen %1 dicht, %2 dünn besetzt; die Zeiten der Runden überschneiden sich.</translation>
    </message>
    <message>
        <source>No clear winner: prefill %1 dense, %2 sparse. Dense was ahead in every round, but such times can be off by %3.</source>
        <translation>Kein klarer Sieger: Einlesen %1 dicht, %2 dünn besetzt. Dicht lag in jeder Runde vorn, doch solche Zeiten können um bis zu %3 danebenliegen.</translation>
    </message>
    <message>
        <source>No clear winner: prefill %1 dense, %2 sparse. Sparse was ahead in every round, but such times can be off by %3.</source>
        <translation>Kein klarer Sieger: Einlesen %1 dicht, %2 dünn besetzt. Dünn besetzt lag in jeder Runde vorn, doch solche Zeiten können um bis zu %3 danebenliegen.</translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>the disk is full</source>
        <translation>der Datenträger ist voll</translation>
    </message>
    <message>
        <source>the file or its folder is read-only</source>
        <translation>die Datei oder ihr Ordner ist schreibgeschützt</translation>
    </message>
    <message>
        <source>the file cannot be opened</source>
        <translation>die Datei lässt sich nicht öffnen</translation>
    </message>
    <message>
        <source>another program keeps the file locked</source>
        <translation>ein anderes Programm hält die Datei gesperrt</translation>
    </message>
    <message>
        <source>it was made by a newer version of this program</source>
        <translation>sie stammt von einer neueren Version dieses Programms</translation>
    </message>
    <message>
        <source>the disk has an error</source>
        <translation>der Datenträger hat einen Fehler</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>Demo model (comes with Reelquery)</source>
        <translation>Demo-Modell (bei Reelquery dabei)</translation>
    </message>
</context>
<context>
    <name>Moments</name>
    <message>
        <source>Looked at: %1</source>
        <translation>Angesehen: %1</translation>
    </message>
</context>
<context>
    <name>Phase</name>
    <message>
        <source>Loading the model</source>
        <translation>Lädt das Modell</translation>
    </message>
    <message>
        <source>Loading the model, %1</source>
        <translation>Lädt das Modell, %1</translation>
    </message>
    <message>
        <source>Decoding frame %1 of %2</source>
        <translation>Dekodiert Bild %1 von %2</translation>
    </message>
    <message>
        <source>Encoding frame %1 of %2</source>
        <translation>Kodiert Bild %1 von %2</translation>
    </message>
    <message>
        <source>Reading token %1 of %2</source>
        <translation>Liest Token %1 von %2</translation>
    </message>
    <message>
        <source>Answering</source>
        <translation>Antwortet</translation>
    </message>
    <message>
        <source>Answering, %1 tokens/s</source>
        <translation>Antwortet, %1 Tokens/s</translation>
    </message>
</context>
<context>
    <name>Playback</name>
    <message>
        <source>Range from %1 to %2</source>
        <translation>Bereich von %1 bis %2</translation>
    </message>
    <message>
        <source>Range from %1</source>
        <translation>Bereich ab %1</translation>
    </message>
    <message>
        <source>Range up to %1</source>
        <translation>Bereich bis %1</translation>
    </message>
    <message>
        <source>All of the video</source>
        <translation>Das ganze Video</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>Gespeichert als %1</translation>
    </message>
    <message>
        <source>Loop from %1 to %2</source>
        <translation>Schleife von %1 bis %2</translation>
    </message>
    <message>
        <source>Loop from %1: once more sets its end</source>
        <translation>Schleife ab %1: Noch einmal drücken setzt das Ende</translation>
    </message>
    <message>
        <source>No loop</source>
        <translation>Keine Schleife</translation>
    </message>
    <message>
        <source>Aspect ratio %1</source>
        <translation>Seitenverhältnis %1</translation>
    </message>
    <message>
        <source>The file&apos;s own aspect ratio</source>
        <translation>Seitenverhältnis der Datei</translation>
    </message>
    <message>
        <source>Deinterlacing on</source>
        <translation>Zeilenentflechtung an</translation>
    </message>
    <message>
        <source>Deinterlacing off</source>
        <translation>Zeilenentflechtung aus</translation>
    </message>
    <message>
        <source>Deinterlacing as the file says</source>
        <translation>Zeilenentflechtung nach Angabe der Datei</translation>
    </message>
    <message>
        <source>Volume %1</source>
        <translation>Lautstärke %1</translation>
    </message>
</context>
<context>
    <name>PlayedFact</name>
    <message>
        <source>Container</source>
        <translation>Container</translation>
    </message>
    <message>
        <source>Video codec</source>
        <translation>Videocodec</translation>
    </message>
    <message>
        <source>Pixel format</source>
        <translation>Pixelformat</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Hardware decoding</source>
        <translation>Dekodierung durch Hardware</translation>
    </message>
    <message>
        <source>Video bitrate</source>
        <translation>Videobitrate</translation>
    </message>
    <message>
        <source>Audio codec</source>
        <translation>Audiocodec</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>Ton</translation>
    </message>
    <message>
        <source>Audio bitrate</source>
        <translation>Audiobitrate</translation>
    </message>
    <message>
        <source>Frames dropped</source>
        <translation>Ausgelassene Bilder</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Frames and budget</source>
        <translation>Bilder und Budget</translation>
    </message>
    <message>
        <source>&amp;Budget</source>
        <translation>&amp;Budget</translation>
    </message>
    <message>
        <source>Quick: 4,096 tokens</source>
        <translation>Schnell: 4.096 Tokens</translation>
    </message>
    <message>
        <source>Standard: 16,384 tokens</source>
        <translation>Standard: 16.384 Tokens</translation>
    </message>
    <message>
        <source>Long: 65,536 tokens</source>
        <translation>Lang: 65.536 Tokens</translation>
    </message>
    <message>
        <source>Max: 115,200 tokens</source>
        <translation>Maximal: 115.200 Tokens</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>Eigenes</translation>
    </message>
    <message>
        <source>More tokens mean more frames and more detail, but a longer wait</source>
        <translation>Mehr Tokens heißt mehr Bilder und Einzelheiten, aber längeres Warten</translation>
    </message>
    <message>
        <source>&amp;Sampling</source>
        <translation>&amp;Auswahl der Bilder</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Exact times</source>
        <translation>Genaue Zeiten</translation>
    </message>
    <message>
        <source>Key frames: fastest</source>
        <translation>Schlüsselbilder: am schnellsten</translation>
    </message>
    <message>
        <source>Automatic takes key frames where they lie close enough to the wanted times</source>
        <translation>Automatisch nimmt Schlüsselbilder, wo sie nahe genug an den gewünschten Zeiten liegen</translation>
    </message>
    <message>
        <source>&amp;Decoding</source>
        <translation>&amp;Dekodieren</translation>
    </message>
    <message>
        <source>Processor alone</source>
        <translation>Nur der Prozessor</translation>
    </message>
    <message>
        <source>Graphics card too</source>
        <translation>Auch die Grafikkarte</translation>
    </message>
    <message>
        <source>The pictures are the same. Automatic lets the graphics card that the model runs on help where that was faster.</source>
        <translation>Die Bilder sind dieselben. „Automatisch“ lässt die Grafikkarte, auf der das Modell läuft, mithelfen, wo das schneller ist.</translation>
    </message>
    <message>
        <source>&amp;Frames per second</source>
        <translation>Bilder je &amp;Sekunde</translation>
    </message>
    <message>
        <source>Wanted; the budget may allow fewer</source>
        <translation>Gewünscht; das Budget erlaubt vielleicht weniger</translation>
    </message>
    <message>
        <source>&amp;Most frames</source>
        <translation>&amp;Höchstens Bilder</translation>
    </message>
    <message>
        <source>Upper limit for the whole video</source>
        <translation>Obergrenze für das ganze Video</translation>
    </message>
    <message>
        <source>Lower limit of detail</source>
        <translation>Untergrenze der Einzelheiten</translation>
    </message>
    <message>
        <source>Upper limit of detail</source>
        <translation>Obergrenze der Einzelheiten</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>Dense attention reads everything. Sparse attention (XAttention) estimates which blocks matter and reads only those; it pays on long videos and changes answers a little.</source>
        <translation>Dichte Attention liest alles. Dünn besetzte (XAttention) schätzt, welche Blöcke zählen, und liest nur diese; das lohnt sich bei langen Videos und verändert Antworten ein wenig.</translation>
    </message>
    <message>
        <source>&amp;Kind</source>
        <translation>&amp;Art</translation>
    </message>
    <message>
        <source>Automatic takes sparse attention where it pays</source>
        <translation>Automatisch nimmt dünn besetzte Attention, wo sie sich lohnt</translation>
    </message>
    <message>
        <source>Sparse attention</source>
        <translation>Dünn besetzte Attention</translation>
    </message>
    <message>
        <source>&amp;Stride</source>
        <translation>A&amp;bstand</translation>
    </message>
    <message>
        <source>4: most careful</source>
        <translation>4: am sorgfältigsten</translation>
    </message>
    <message>
        <source>8</source>
        <translation>8</translation>
    </message>
    <message>
        <source>16: fastest</source>
        <translation>16: am schnellsten</translation>
    </message>
    <message>
        <source>Spacing of the antidiagonals the estimate looks at</source>
        <translation>Abstand der Antidiagonalen, die die Schätzung ansieht</translation>
    </message>
    <message>
        <source>&amp;Threshold</source>
        <translation>&amp;Schwelle</translation>
    </message>
    <message>
        <source>Share of the estimated attention that is kept</source>
        <translation>Anteil der geschätzten Attention, der bleibt</translation>
    </message>
    <message>
        <source>the model&apos;s own</source>
        <translation>die des Modells</translation>
    </message>
    <message>
        <source>Thresholds &amp;file</source>
        <translation>Schwellen&amp;datei</translation>
    </message>
    <message>
        <source>JSON with a threshold for each layer and head; goes before the threshold above</source>
        <translation>JSON mit einer Schwelle für jede Schicht und jeden Kopf; geht der Schwelle oben vor</translation>
    </message>
    <message>
        <source>&amp;Dense first layers</source>
        <translation>&amp;Erste Schichten dicht</translation>
    </message>
    <message>
        <source>The first layers that stay dense</source>
        <translation>So viele erste Schichten bleiben dicht</translation>
    </message>
    <message>
        <source>Dense &amp;last tokens</source>
        <translation>&amp;Letzte Tokens dicht</translation>
    </message>
    <message>
        <source>The end of the prompt that stays dense</source>
        <translation>Das Ende der Eingabe, das dicht bleibt</translation>
    </message>
    <message>
        <source>the question</source>
        <translation>die Frage</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>&amp;Rounds</source>
        <translation>&amp;Runden</translation>
    </message>
    <message>
        <source>Measured runs of each side after a warm-up; figures are their medians</source>
        <translation>Gemessene Läufe jeder Seite nach dem Aufwärmen; gezeigt wird der Median</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>&amp;System prompt</source>
        <translation>&amp;Systemanweisung</translation>
    </message>
    <message>
        <source>Empty: the model&apos;s own</source>
        <translation>Leer: die des Modells</translation>
    </message>
    <message>
        <source>&amp;Longest answer</source>
        <translation>&amp;Längste Antwort</translation>
    </message>
    <message>
        <source>In tokens</source>
        <translation>In Tokens</translation>
    </message>
    <message>
        <source>&amp;Temperature</source>
        <translation>&amp;Temperatur</translation>
    </message>
    <message>
        <source>0 always takes the likeliest word, so the same question gets the same answer</source>
        <translation>0 nimmt stets das wahrscheinlichste Wort; gleiche Frage, gleiche Antwort</translation>
    </message>
    <message>
        <source>Top &amp;K</source>
        <translation>Top &amp;K</translation>
    </message>
    <message>
        <source>Top &amp;P</source>
        <translation>Top &amp;P</translation>
    </message>
    <message>
        <source>1: no limit</source>
        <translation>1: keine Grenze</translation>
    </message>
    <message>
        <source>&amp;Moments</source>
        <translation>&amp;Stellen</translation>
    </message>
    <message>
        <source>Show where the model looked</source>
        <translation>Zeigen, wohin das Modell gesehen hat</translation>
    </message>
    <message>
        <source>Draws the attention under the time line and offers the strongest moments below each answer</source>
        <translation>Zeichnet die Attention unter die Zeitleiste und bietet die stärksten Stellen unter jeder Antwort an</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Sparse</source>
        <translation>Dünn besetzt</translation>
    </message>
    <message>
        <source>The budget is how many tokens of the video the model reads. Frames are taken evenly over the video and made smaller, then fewer, until they fit.</source>
        <translation>Das Budget ist, wie viele Tokens des Videos das Modell liest. Bilder werden gleichmäßig über das Video genommen und erst kleiner, dann weniger, bis sie passen.</translation>
    </message>
    <message>
        <source>&amp;Least tokens for two frames</source>
        <translation>&amp;Mindestens Tokens je zwei Bilder</translation>
    </message>
    <message>
        <source>M&amp;ost tokens for two frames</source>
        <translation>Höchstens &amp;Tokens je zwei Bilder</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>At temperature 0 the same question gets the same answer, word for word.</source>
        <translation>Bei Temperatur 0 bekommt dieselbe Frage Wort für Wort dieselbe Antwort.</translation>
    </message>
    <message>
        <source>How many of the likeliest words may be drawn; only above temperature 0</source>
        <translation>Aus wie vielen der wahrscheinlichsten Wörter gezogen wird; nur über Temperatur 0</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>ohne Grenze</translation>
    </message>
    <message>
        <source>&amp;Watching ahead</source>
        <translation>&amp;Vorab ansehen</translation>
    </message>
    <message>
        <source>Look at a video once it is open</source>
        <translation>Ein Video ansehen, sobald es offen ist</translation>
    </message>
    <message>
        <source>So that an answer begins at once. Gives way to everything else, and waits for mains power.</source>
        <translation>Damit eine Antwort sofort beginnt. Lässt allem anderen den Vortritt und wartet, bis das Netzteil angeschlossen ist.</translation>
    </message>
    <message>
        <source>&amp;Tokens of the video</source>
        <translation>T&amp;okens des Videos</translation>
    </message>
    <message>
        <source>At most. With one of the budgets all numbers below are set, too</source>
        <translation>Höchstens so viele. Wer ein Budget wählt, stellt auch alle Zahlen darunter ein</translation>
    </message>
</context>
<context>
    <name>SettingsPages</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>Server</translation>
    </message>
    <message>
        <source>Programs</source>
        <translation>Programme</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>Antworten</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>Storage</source>
        <translation>Ablage</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
</context>
<context>
    <name>WindowActions</name>
    <message>
        <source>&amp;Open video…</source>
        <translation>Video ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>&amp;Ordner öffnen …</translation>
    </message>
    <message>
        <source>Open &amp;pasted path</source>
        <translation>&amp;Eingefügten Pfad öffnen</translation>
    </message>
    <message>
        <source>&amp;Export conversation…</source>
        <translation>Gespräch e&amp;xportieren …</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Write a question</source>
        <translation>Frage &amp;schreiben</translation>
    </message>
    <message>
        <source>Ask &amp;dense and sparse</source>
        <translation>Dicht und dünn besetzt &amp;vergleichen</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>&amp;New conversation</source>
        <translation>&amp;Neues Gespräch</translation>
    </message>
    <message>
        <source>&amp;Play or pause</source>
        <translation>&amp;Abspielen oder Pause</translation>
    </message>
    <message>
        <source>Back 10 seconds</source>
        <translation>10 Sekunden zurück</translation>
    </message>
    <message>
        <source>Forward 10 seconds</source>
        <translation>10 Sekunden vor</translation>
    </message>
    <message>
        <source>Back 5 seconds</source>
        <translation>5 Sekunden zurück</translation>
    </message>
    <message>
        <source>Forward 5 seconds</source>
        <translation>5 Sekunden vor</translation>
    </message>
    <message>
        <source>Back 1 second, exactly</source>
        <translation>Genau 1 Sekunde zurück</translation>
    </message>
    <message>
        <source>Forward 1 second, exactly</source>
        <translation>Genau 1 Sekunde vor</translation>
    </message>
    <message>
        <source>Back 1 minute</source>
        <translation>1 Minute zurück</translation>
    </message>
    <message>
        <source>Forward 1 minute</source>
        <translation>1 Minute vor</translation>
    </message>
    <message>
        <source>Previous frame</source>
        <translation>Voriges Bild</translation>
    </message>
    <message>
        <source>Next frame</source>
        <translation>Nächstes Bild</translation>
    </message>
    <message>
        <source>To the start</source>
        <translation>Zum Anfang</translation>
    </message>
    <message>
        <source>To the end</source>
        <translation>Zum Ende</translation>
    </message>
    <message>
        <source>Slower</source>
        <translation>Langsamer</translation>
    </message>
    <message>
        <source>Faster</source>
        <translation>Schneller</translation>
    </message>
    <message>
        <source>Normal speed</source>
        <translation>Normales Tempo</translation>
    </message>
    <message>
        <source>&amp;Mute</source>
        <translation>&amp;Stumm</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>&amp;Vollbild</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>Bild speichern</translation>
    </message>
    <message>
        <source>&amp;What the model sees</source>
        <translation>Was das Modell s&amp;ieht</translation>
    </message>
    <message>
        <source>Ask from here</source>
        <translation>Ab hier fragen</translation>
    </message>
    <message>
        <source>Ask up to here</source>
        <translation>Bis hier fragen</translation>
    </message>
    <message>
        <source>Ask about all of the video</source>
        <translation>Zum ganzen Video fragen</translation>
    </message>
    <message>
        <source>Previous moment of the answer</source>
        <translation>Vorige Stelle der Antwort</translation>
    </message>
    <message>
        <source>Next moment of the answer</source>
        <translation>Nächste Stelle der Antwort</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>&amp;Einstellungen …</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>&amp;Modelle …</translation>
    </message>
    <message>
        <source>&amp;Devices…</source>
        <translation>Ge&amp;räte …</translation>
    </message>
    <message>
        <source>&amp;Keys</source>
        <translation>&amp;Tasten</translation>
    </message>
    <message>
        <source>&amp;About Reelquery</source>
        <translation>Ü&amp;ber Reelquery</translation>
    </message>
    <message>
        <source>Look &amp;closer</source>
        <translation>&amp;Genauer hinsehen</translation>
    </message>
    <message>
        <source>Read s&amp;ubtitles</source>
        <translation>&amp;Untertitel lesen</translation>
    </message>
    <message>
        <source>&amp;Make subtitles from speech…</source>
        <translation>Untertitel aus Sprache &amp;machen …</translation>
    </message>
    <message>
        <source>Louder</source>
        <translation>Lauter</translation>
    </message>
    <message>
        <source>Quieter</source>
        <translation>Leiser</translation>
    </message>
    <message>
        <source>Loop from here, up to here</source>
        <translation>Schleife ab hier, bis hier</translation>
    </message>
    <message>
        <source>Next aspect ratio</source>
        <translation>Nächstes Seitenverhältnis</translation>
    </message>
    <message>
        <source>Deinterlacing</source>
        <translation>Zeilenentflechtung</translation>
    </message>
    <message>
        <source>About this &amp;video</source>
        <translation>Ü&amp;ber dieses Video</translation>
    </message>
    <message>
        <source>&amp;Conversation</source>
        <translation>&amp;Gespräch</translation>
    </message>
    <message>
        <source>Led&amp;ger</source>
        <translation>Mess&amp;werte</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>&amp;Sammlung</translation>
    </message>
    <message>
        <source>What is &amp;kept…</source>
        <translation>Was &amp;aufbewahrt wird …</translation>
    </message>
    <message>
        <source>Copy &amp;diagnostics…</source>
        <translation>&amp;Diagnose kopieren …</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>&amp;Protokoll zeigen</translation>
    </message>
    <message>
        <source>Export &amp;moments…</source>
        <translation>&amp;Stellen exportieren …</translation>
    </message>
    <message>
        <source>&amp;Find in this film…</source>
        <translation>In diesem Film &amp;suchen …</translation>
    </message>
    <message>
        <source>Next place found</source>
        <translation>Nächste Fundstelle</translation>
    </message>
    <message>
        <source>Previous place found</source>
        <translation>Vorige Fundstelle</translation>
    </message>
</context>
<context>
    <name>WindowWords</name>
    <message>
        <source>Settings &gt; %1</source>
        <translation>Einstellungen &gt; %1</translation>
    </message>
</context>
<context>
    <name>reelquery::AboutDialog</name>
    <message>
        <source>About Reelquery</source>
        <translation>Über Reelquery</translation>
    </message>
    <message>
        <source>Licensed under Apache-2.0.</source>
        <translation>Lizenz: Apache-2.0.</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>Made with</source>
        <translation>Entstanden mit</translation>
    </message>
    <message>
        <source>LGPL-2.1+ / GPL-2.0+, as built by the distribution</source>
        <translation>LGPL-2.1+ / GPL-2.0+, je nach Bau der Distribution</translation>
    </message>
    <message>
        <source>GPL-2.0+ / LGPL-2.1+, as built by the distribution</source>
        <translation>GPL-2.0+ / LGPL-2.1+, je nach Bau der Distribution</translation>
    </message>
    <message>
        <source>public domain</source>
        <translation>gemeinfrei</translation>
    </message>
    <message>
        <source>Ask questions about long videos, on your own computer. There is no account and no telemetry, and nothing goes online unless you ask for it.</source>
        <translation>Fragen zu langen Videos, auf dem eigenen Rechner. Ohne Konto, ohne Telemetrie, und ins Netz geht nichts, worum du nicht bittest.</translation>
    </message>
</context>
<context>
    <name>reelquery::AnswerBrowser</name>
    <message>
        <source>Answer</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>The model saw no frame and read no line at this time</source>
        <translation>Zu dieser Zeit sah das Modell kein Bild und las keine Zeile</translation>
    </message>
    <message>
        <source>Go to %1</source>
        <translation>Zu %1 gehen</translation>
    </message>
</context>
<context>
    <name>reelquery::AnswerColumn</name>
    <message>
        <source>Ask again with “Long”</source>
        <translation>Mit „Lang“ noch einmal fragen</translation>
    </message>
    <message>
        <source>Ask again with more frames, closer together</source>
        <translation>Noch einmal fragen, mit mehr Bildern in kürzerem Abstand</translation>
    </message>
    <message>
        <source>Answer: %1</source>
        <translation>Antwort: %1</translation>
    </message>
    <message>
        <source>Waits for its turn…</source>
        <translation>Wartet, bis es an der Reihe ist …</translation>
    </message>
    <message>
        <source>Looking at the video…</source>
        <translation>Sieht sich das Video an …</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message numerus="yes">
        <source>Cut off after %n token(s); the limit is in the settings.</source>
        <translation>
            <numerusform>Nach %n Token abgebrochen; die Grenze steht in den Einstellungen.</numerusform>
            <numerusform>Nach %n Tokens abgebrochen; die Grenze steht in den Einstellungen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::AppearancePage</name>
    <message>
        <source>Appearance</source>
        <translation>Aussehen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>&amp;Language</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>The language changes when Reelquery is started again.</source>
        <translation>Die Sprache wechselt beim nächsten Start von Reelquery.</translation>
    </message>
    <message>
        <source>&amp;Notify when a long answer is done and another window is in front</source>
        <translation>&amp;Benachrichtigen, wenn eine lange Antwort fertig und ein anderes Fenster vorn ist</translation>
    </message>
</context>
<context>
    <name>reelquery::BoundForm</name>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>Datei wählen</translation>
    </message>
    <message>
        <source>Thresholds</source>
        <translation>Schwellen</translation>
    </message>
    <message>
        <source>JSON files (*.json)</source>
        <translation>JSON-Dateien (*.json)</translation>
    </message>
</context>
<context>
    <name>reelquery::BudgetCombo</name>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>How many tokens the video may take: more tokens, more frames and detail, more time</source>
        <translation>Wie viele Tokens das Video belegen darf: mehr Tokens, mehr Bilder und Einzelheiten, mehr Zeit</translation>
    </message>
    <message>
        <source>Quick · 4K</source>
        <translation>Schnell · 4K</translation>
    </message>
    <message>
        <source>Standard · 16K</source>
        <translation>Standard · 16K</translation>
    </message>
    <message>
        <source>Long · 64K</source>
        <translation>Lang · 64K</translation>
    </message>
    <message>
        <source>Max · 115K</source>
        <translation>Maximal · 115K</translation>
    </message>
    <message>
        <source>Custom · %1</source>
        <translation>Eigenes · %1</translation>
    </message>
</context>
<context>
    <name>reelquery::CloseQuestion</name>
    <message>
        <source>Not saved</source>
        <translation>Nicht gespeichert</translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) could not be saved.</source>
        <translation>
            <numerusform>%n Gespräch konnte nicht gespeichert werden.</numerusform>
            <numerusform>%n Gespräche konnten nicht gespeichert werden.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) are still being saved; the disk does not answer.</source>
        <translation>
            <numerusform>%n Gespräch wird noch gespeichert; die Platte antwortet nicht.</numerusform>
            <numerusform>%n Gespräche werden noch gespeichert; die Platte antwortet nicht.</numerusform>
        </translation>
    </message>
    <message>
        <source>They are lost when the program ends now.</source>
        <translation>Sie gehen verloren, wenn das Programm jetzt endet.</translation>
    </message>
    <message>
        <source>Save copies…</source>
        <translation>Kopien speichern …</translation>
    </message>
    <message>
        <source>Quit without saving</source>
        <translation>Ohne Speichern beenden</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>Bleiben</translation>
    </message>
    <message>
        <source>Folder for the copies</source>
        <translation>Ordner für die Kopien</translation>
    </message>
</context>
<context>
    <name>reelquery::ComparisonModel</name>
    <message>
        <source>Dense</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Sparse</source>
        <translation>Dünn besetzt</translation>
    </message>
</context>
<context>
    <name>reelquery::ConversationPanel</name>
    <message>
        <source>Attention</source>
        <translation>Attention</translation>
    </message>
    <message>
        <source>How the prompt is read. Automatic takes sparse attention where it pays.</source>
        <translation>Wie die Eingabe gelesen wird. Automatisch nimmt dünn besetzte Attention, wo sie sich lohnt.</translation>
    </message>
    <message>
        <source>Attention: %1</source>
        <translation>Attention: %1</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Ask twice, dense and sparse, and show both (Ctrl+Enter)</source>
        <translation>Zweimal fragen, dicht und dünn besetzt, und beides zeigen (Strg+Enter)</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>Anhalten (Esc)</translation>
    </message>
    <message>
        <source>Ask (Enter)</source>
        <translation>Fragen (Enter)</translation>
    </message>
    <message>
        <source>About %1 to %2 only</source>
        <translation>Nur zu %1 bis %2</translation>
    </message>
    <message>
        <source>track of the video</source>
        <translation>Spur des Videos</translation>
    </message>
    <message>
        <source>track of the video (%1)</source>
        <translation>Spur des Videos (%1)</translation>
    </message>
    <message>
        <source>Read the subtitles, too: %1</source>
        <translation>Auch die Untertitel lesen: %1</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Leave the question as it is (Esc)</source>
        <translation>Die Frage lassen, wie sie ist (Esc)</translation>
    </message>
    <message>
        <source>Ask about all of the video</source>
        <translation>Zum ganzen Video fragen</translation>
    </message>
    <message>
        <source>The answer before is still on its way</source>
        <translation>Die Antwort davor ist noch unterwegs</translation>
    </message>
    <message>
        <source>Your question waits here; ask it when the answer is done</source>
        <translation>Deine Frage wartet hier; stelle sie, wenn die Antwort fertig ist</translation>
    </message>
    <message>
        <source>Editing question %1</source>
        <translation>Frage %1 wird geändert</translation>
    </message>
    <message numerus="yes">
        <source>the %n after it will be kept as an earlier version</source>
        <translation>
            <numerusform>die %n danach bleibt als frühere Version</numerusform>
            <numerusform>die %n danach bleiben als frühere Version</numerusform>
        </translation>
    </message>
    <message>
        <source>made from speech by %1</source>
        <translation>aus der Sprache gemacht von %1</translation>
    </message>
    <message>
        <source>Lets the model read what is said, with its times. It does not hear the sound; subtitles can be made from speech.</source>
        <translation>Das Modell liest, was gesagt wird, mit den Zeiten. Es hört den Ton nicht; Untertitel lassen sich aus der Sprache machen.</translation>
    </message>
    <message>
        <source>The demo model knows drawn shapes and their colours only.</source>
        <translation>Das Demo-Modell kennt nur gezeichnete Formen und ihre Farben.</translation>
    </message>
    <message>
        <source>Get a model…</source>
        <translation>Modell herunterladen …</translation>
    </message>
</context>
<context>
    <name>reelquery::ConversationView</name>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
</context>
<context>
    <name>reelquery::DensityMap</name>
    <message>
        <source>Density of each layer and head</source>
        <translation>Dichte jeder Schicht und jedes Kopfes</translation>
    </message>
    <message>
        <source>No sparse answer yet.</source>
        <translation>Noch keine dünn besetzte Antwort.</translation>
    </message>
    <message>
        <source>%1 layers and %2 heads, from %3 to %4.</source>
        <translation>%1 Schichten und %2 Köpfe, von %3 bis %4.</translation>
    </message>
    <message>
        <source>The map of layers and heads appears with a sparse answer.</source>
        <translation>Die Karte der Schichten und Köpfe erscheint mit einer dünn besetzten Antwort.</translation>
    </message>
    <message>
        <source>Layer 0</source>
        <translation>Schicht 0</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>Köpfe</translation>
    </message>
    <message>
        <source>Layer %1, head %2: %3 of the blocks</source>
        <translation>Schicht %1, Kopf %2: %3 der Blöcke</translation>
    </message>
    <message>
        <source>, %1 of the estimated mass</source>
        <translation>, %1 der geschätzten Masse</translation>
    </message>
    <message>
        <source>Density %1</source>
        <translation>Dichte %1</translation>
    </message>
</context>
<context>
    <name>reelquery::DesktopConduct</name>
    <message>
        <source>Loading the model</source>
        <translation>Das Modell wird geladen</translation>
    </message>
    <message>
        <source>Reading the video</source>
        <translation>Das Video wird gelesen</translation>
    </message>
    <message>
        <source>Looking at the video</source>
        <translation>Das Video wird angesehen</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Dense: %1</source>
        <translation>Dicht: %1</translation>
    </message>
    <message>
        <source>Sparse: %1</source>
        <translation>Dünn besetzt: %1</translation>
    </message>
</context>
<context>
    <name>reelquery::DevicePage</name>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Automatic: a GPU where one is usable</source>
        <translation>Automatisch: eine GPU, wo eine nutzbar ist</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>NVIDIA GPU</source>
        <translation>NVIDIA-GPU</translation>
    </message>
    <message>
        <source>Automatic: what the device is fast at</source>
        <translation>Automatisch: womit das Gerät schnell ist</translation>
    </message>
    <message>
        <source>float32</source>
        <translation>float32</translation>
    </message>
    <message>
        <source>bfloat16</source>
        <translation>bfloat16</translation>
    </message>
    <message>
        <source>&amp;Use</source>
        <translation>&amp;Rechnen auf</translation>
    </message>
    <message>
        <source>&amp;Number type</source>
        <translation>&amp;Zahlentyp</translation>
    </message>
    <message>
        <source>Choose a model first; the test loads it.</source>
        <translation>Wähle erst ein Modell; der Test lädt es.</translation>
    </message>
    <message>
        <source>Usable. %1</source>
        <translation>Nutzbar. %1</translation>
    </message>
    <message>
        <source>Not usable: %1</source>
        <translation>Nicht nutzbar: %1</translation>
    </message>
    <message>
        <source>%1 · in use</source>
        <translation>%1 · in Gebrauch</translation>
    </message>
    <message>
        <source>The test loads the model and asks about a small drawn picture, dense and sparse.</source>
        <translation>Der Test lädt das Modell und fragt nach einem kleinen gezeichneten Bild, dicht und dünn besetzt.</translation>
    </message>
    <message>
        <source>Stop the test</source>
        <translation>Test abbrechen</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>As in the model&apos;s files</source>
        <translation>Wie in den Dateien des Modells</translation>
    </message>
    <message>
        <source>8 bits: nearly as exact</source>
        <translation>8 Bit: fast so genau</translation>
    </message>
    <message>
        <source>FP8: for cards that multiply it</source>
        <translation>FP8: für Karten, die es multiplizieren</translation>
    </message>
    <message>
        <source>4 bits: smallest, less exact</source>
        <translation>4 Bit: am kleinsten, weniger genau</translation>
    </message>
    <message>
        <source>Packed while the model is loaded; its files stay as they are. Packed files are taken as they are.</source>
        <translation>Gepackt beim Laden des Modells; seine Dateien bleiben, wie sie sind. Gepackte Dateien werden genommen, wie sie sind.</translation>
    </message>
    <message>
        <source>As the number type</source>
        <translation>Wie der Zahlentyp</translation>
    </message>
    <message>
        <source>8 bits: half the size, nearly as exact</source>
        <translation>8 Bit: halb so groß, fast so genau</translation>
    </message>
    <message>
        <source>Keys and values, which grow with the tokens of the video</source>
        <translation>Schlüssel und Werte, die mit den Tokens des Videos wachsen</translation>
    </message>
    <message>
        <source>&amp;Weights</source>
        <translation>&amp;Gewichte</translation>
    </message>
    <message>
        <source>&amp;Memory of the video</source>
        <translation>Ge&amp;dächtnis fürs Video</translation>
    </message>
</context>
<context>
    <name>reelquery::DiagnosticsDialog</name>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>This is what a report of a fault should hold. It goes to the clipboard only, and you decide where it is pasted.</source>
        <translation>Das gehört in eine Fehlermeldung. Es geht nur in die Zwischenablage; wo es eingefügt wird, bestimmst du.</translation>
    </message>
    <message>
        <source>&amp;With names of files and folders</source>
        <translation>&amp;Mit Namen von Dateien und Ordnern</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>&amp;Protokoll zeigen</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
</context>
<context>
    <name>reelquery::DockTitle</name>
    <message>
        <source>Detach or attach</source>
        <translation>Ablösen oder andocken</translation>
    </message>
    <message>
        <source>Hide; the View menu shows it again</source>
        <translation>Ausblenden; das Menü Ansicht zeigt es wieder</translation>
    </message>
</context>
<context>
    <name>reelquery::DoneNotice</name>
    <message>
        <source>The answer is ready</source>
        <translation>Die Antwort ist fertig</translation>
    </message>
    <message>
        <source>The question could not be answered</source>
        <translation>Die Frage konnte nicht beantwortet werden</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
</context>
<context>
    <name>reelquery::DoorSign</name>
    <message>
        <source>Opens the settings for other programs</source>
        <translation>Öffnet die Einstellungen für andere Programme</translation>
    </message>
    <message>
        <source>Open to other programs</source>
        <translation>Offen für andere Programme</translation>
    </message>
    <message>
        <source>A program is asking</source>
        <translation>Ein Programm fragt</translation>
    </message>
    <message>
        <source>%1 is asking</source>
        <translation>%1 fragt</translation>
    </message>
    <message numerus="yes">
        <source>%1, %n waiting</source>
        <extracomment>%1: &quot;A program is asking&quot;</extracomment>
        <translation>
            <numerusform>%1, %n wartet</numerusform>
            <numerusform>%1, %n warten</numerusform>
        </translation>
    </message>
    <message>
        <source>Other programs on this computer may ask the model here. Click for more.</source>
        <translation>Andere Programme auf diesem Rechner dürfen hier das Modell fragen. Ein Klick zeigt mehr.</translation>
    </message>
    <message>
        <source>%1: another program&apos;s question is answered here. Click for more.</source>
        <translation>%1: Hier wird die Frage eines anderen Programms beantwortet. Ein Klick zeigt mehr.</translation>
    </message>
</context>
<context>
    <name>reelquery::DownloadsCard</name>
    <message>
        <source>too large for this machine</source>
        <translation>zu groß für diesen Rechner</translation>
    </message>
    <message>
        <source>fits this machine up to %1K video tokens</source>
        <translation>passt hier bis %1K Video-Tokens</translation>
    </message>
    <message>
        <source>Get a model</source>
        <translation>Ein Modell herunterladen</translation>
    </message>
    <message>
        <source>Reelquery goes online only when you press one of these buttons, and tells the hub nothing but the model&apos;s name. Models go where other programs find them, too.</source>
        <translation>Reelquery geht nur ins Netz, wenn du einen dieser Knöpfe drückst, und nennt dem Hub nichts als den Namen des Modells. Modelle kommen dorthin, wo auch andere Programme sie finden.</translation>
    </message>
    <message>
        <source>This build fetches no models. Put one in a folder and add it above.</source>
        <translation>Diese Fassung lädt keine Modelle herunter. Lege eines in einen Ordner und füge ihn oben hinzu.</translation>
    </message>
    <message>
        <source>%1 is here and verified.</source>
        <translation>%1 ist da und geprüft.</translation>
    </message>
    <message>
        <source>Stopped. Fetching it again goes on from here.</source>
        <translation>Angehalten. Beim nächsten Mal geht es von hier aus weiter.</translation>
    </message>
    <message>
        <source>makes subtitles from speech</source>
        <translation>macht Untertitel aus Sprache</translation>
    </message>
    <message>
        <source>Fetch…</source>
        <translation>Herunterladen …</translation>
    </message>
    <message>
        <source>Fetch %1</source>
        <translation>%1 herunterladen</translation>
    </message>
    <message>
        <source>Another: OWNER/NAME, or OWNER/NAME:FILE.gguf</source>
        <translation>Ein anderes: BESITZER/NAME oder BESITZER/NAME:DATEI.gguf</translation>
    </message>
    <message>
        <source>Name of another model</source>
        <translation>Name eines anderen Modells</translation>
    </message>
    <message>
        <source>Fetch the named model</source>
        <translation>Das genannte Modell herunterladen</translation>
    </message>
    <message>
        <source>Fetched of the model</source>
        <translation>Vom Modell heruntergeladen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Fetching %1…</source>
        <translation>%1 wird heruntergeladen …</translation>
    </message>
    <message>
        <source>Asking the hub about %1…</source>
        <translation>Der Hub wird nach %1 gefragt …</translation>
    </message>
    <message>
        <source>%1 is here already.</source>
        <translation>%1 ist schon da.</translation>
    </message>
    <message>
        <source>%1: %2 to fetch from %3</source>
        <translation>%1: %2 von %3 herunterzuladen</translation>
    </message>
    <message>
        <source>licence: %1</source>
        <translation>Lizenz: %1</translation>
    </message>
    <message>
        <source>not told</source>
        <translation>nicht genannt</translation>
    </message>
    <message>
        <source>%1 free in %2</source>
        <translation>%1 frei in %2</translation>
    </message>
    <message>
        <source>That is too little room. Free some, then ask again.</source>
        <translation>Das ist zu wenig Platz. Schaffe welchen und frage dann noch einmal.</translation>
    </message>
    <message>
        <source>Fetching %1: %2 of %3</source>
        <translation>%1 wird heruntergeladen: %2 von %3</translation>
    </message>
</context>
<context>
    <name>reelquery::EmptyPlayer</name>
    <message>
        <source>Drop a video here</source>
        <translation>Video hier ablegen</translation>
    </message>
    <message>
        <source>or open one. Nothing leaves this computer.</source>
        <translation>oder eines öffnen. Nichts verlässt diesen Rechner.</translation>
    </message>
    <message>
        <source>Open video…</source>
        <translation>Video öffnen …</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>Beispiel ausprobieren</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Open %1</source>
        <translation>%1 öffnen</translation>
    </message>
</context>
<context>
    <name>reelquery::ExchangeCard</name>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>Copy question and answer</source>
        <translation>Frage und Antwort kopieren</translation>
    </message>
    <message>
        <source>Ask again</source>
        <translation>Noch einmal fragen</translation>
    </message>
    <message>
        <source>Both answers use the same words.</source>
        <translation>Beide Antworten haben dieselben Wörter.</translation>
    </message>
    <message numerus="yes">
        <source>%n word(s) differ.</source>
        <translation>
            <numerusform>%n Wort weicht ab.</numerusform>
            <numerusform>%n Wörter weichen ab.</numerusform>
        </translation>
    </message>
    <message>
        <source>Edit and ask again; what follows is kept as an earlier version</source>
        <translation>Ändern und neu fragen; was folgt, bleibt als frühere Version</translation>
    </message>
    <message>
        <source>Earlier version</source>
        <translation>Frühere Version</translation>
    </message>
    <message>
        <source>Later version</source>
        <translation>Spätere Version</translation>
    </message>
    <message>
        <source>Version %1 of %2</source>
        <translation>Version %1 von %2</translation>
    </message>
</context>
<context>
    <name>reelquery::FaultReports</name>
    <message>
        <source>No log is written: there is no home folder.</source>
        <translation>Es wird kein Protokoll geschrieben: Es gibt keinen persönlichen Ordner.</translation>
    </message>
    <message>
        <source>Reelquery did not end as it should the last time.</source>
        <translation>Reelquery wurde beim letzten Mal nicht ordentlich beendet.</translation>
    </message>
    <message>
        <source>What was saved is there. Diagnostics help to report it.</source>
        <translation>Was gespeichert war, ist da. Die Diagnose hilft, es zu melden.</translation>
    </message>
    <message>
        <source>Copy diagnostics…</source>
        <translation>Diagnose kopieren …</translation>
    </message>
</context>
<context>
    <name>reelquery::FileOpener</name>
    <message>
        <source>“%1” is another video.</source>
        <translation>„%1“ ist ein anderes Video.</translation>
    </message>
    <message>
        <source>Choose the file this conversation is about, or open that video by itself.</source>
        <translation>Wähle die Datei, um die es hier geht, oder öffne jenes Video für sich.</translation>
    </message>
    <message>
        <source>There is no video in “%1”.</source>
        <translation>In „%1“ ist kein Video.</translation>
    </message>
    <message>
        <source>Subfolders are not searched; open them one by one.</source>
        <translation>Unterordner werden nicht durchsucht; öffne sie einzeln.</translation>
    </message>
    <message>
        <source>Open the video before its subtitles.</source>
        <translation>Öffne das Video vor seinen Untertiteln.</translation>
    </message>
    <message>
        <source>“%1” is not where it was.</source>
        <translation>„%1“ ist nicht mehr an seinem Ort.</translation>
    </message>
    <message>
        <source>It was in %1. Show where it is now; it is told by its content, so a new name is fine.</source>
        <translation>Es lag in %1. Zeige, wo es jetzt ist; erkannt wird es am Inhalt, ein neuer Name stört nicht.</translation>
    </message>
    <message>
        <source>Find it…</source>
        <translation>Suchen …</translation>
    </message>
    <message>
        <source>Find the video</source>
        <translation>Das Video suchen</translation>
    </message>
    <message>
        <source>Open video</source>
        <translation>Video öffnen</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>“%1” is shown over the picture. The model reads .srt and .vtt only.</source>
        <translation>„%1“ wird über dem Bild gezeigt. Das Modell liest nur .srt und .vtt.</translation>
    </message>
    <message>
        <source>“%1” is shown over the picture, and the model reads it with the next question.</source>
        <translation>„%1“ wird über dem Bild gezeigt, und das Modell liest es bei der nächsten Frage mit.</translation>
    </message>
    <message>
        <source>Opening “%1”…</source>
        <translation>„%1“ wird geöffnet …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>This conversation is not in the library any more.</source>
        <translation>Dieses Gespräch ist nicht mehr in der Sammlung.</translation>
    </message>
    <message>
        <source>The conversation cannot be read: %1.</source>
        <translation>Das Gespräch lässt sich nicht lesen: %1.</translation>
    </message>
    <message>
        <source>“%1” is another video now.</source>
        <translation>„%1“ ist jetzt ein anderes Video.</translation>
    </message>
    <message>
        <source>This conversation is about what the file held before. Show where that is now, or open the new video by itself.</source>
        <translation>Dieses Gespräch handelt von dem, was vorher in der Datei war. Zeige, wo das jetzt liegt, oder öffne das neue Video für sich.</translation>
    </message>
    <message>
        <source>Open it by itself</source>
        <translation>Für sich öffnen</translation>
    </message>
    <message>
        <source>Reading the file through, once: %1</source>
        <translation>Liest die Datei einmal ganz durch: %1</translation>
    </message>
    <message>
        <source>“%1” is cut short: it goes up to %2 only, not to %3.</source>
        <translation>„%1“ ist abgeschnitten: Die Datei reicht nur bis %2, nicht bis %3.</translation>
    </message>
    <message>
        <source>“%1” is cut short: its end is missing, it goes up to %2.</source>
        <translation>„%1“ ist abgeschnitten: Das Ende fehlt, die Datei reicht bis %2.</translation>
    </message>
    <message>
        <source>Some pictures of “%1” cannot be read and are left out.</source>
        <translation>Einige Bilder aus „%1“ lassen sich nicht lesen und werden ausgelassen.</translation>
    </message>
    <message>
        <source>What is there can be played and asked about; copy or download the file again for the rest.</source>
        <translation>Was da ist, lässt sich abspielen und befragen; für den Rest die Datei noch einmal kopieren oder herunterladen.</translation>
    </message>
    <message>
        <source>“%1” is no video and was left out.</source>
        <translation>„%1“ ist kein Video und wurde ausgelassen.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are no videos and were left out.</source>
        <translation>
            <numerusform>%n Datei ist kein Video und wurde ausgelassen.</numerusform>
            <numerusform>%n Dateien sind keine Videos und wurden ausgelassen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::FindBar</name>
    <message>
        <source>Find in subtitles and answers…</source>
        <translation>In Untertiteln und Antworten suchen …</translation>
    </message>
    <message>
        <source>Find in this film</source>
        <translation>In diesem Film suchen</translation>
    </message>
    <message>
        <source>Previous place (Shift+F3)</source>
        <translation>Vorige Fundstelle (Umschalt+F3)</translation>
    </message>
    <message>
        <source>Next place (F3)</source>
        <translation>Nächste Fundstelle (F3)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n Fundstelle</numerusform>
            <numerusform>%n Fundstellen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen …</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>There are no subtitles: only answers were searched.</source>
        <translation>Es gibt keine Untertitel; nur Antworten wurden durchsucht.</translation>
    </message>
</context>
<context>
    <name>reelquery::GpuHalfCard</name>
    <message>
        <source>Libraries for the card</source>
        <translation>Bibliotheken für die Grafikkarte</translation>
    </message>
    <message>
        <source>Fetched of the libraries</source>
        <translation>Von den Bibliotheken heruntergeladen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Fetching…</source>
        <translation>Wird heruntergeladen …</translation>
    </message>
    <message>
        <source>Fetching: %1 of %2</source>
        <translation>Heruntergeladen: %1 von %2</translation>
    </message>
    <message>
        <source>All is here. Start Reelquery again, and it uses the card.</source>
        <translation>Alles ist da. Nach einem Neustart nutzt Reelquery die Karte.</translation>
    </message>
    <message>
        <source>Stopped. What came is kept, and it goes on from there.</source>
        <translation>Angehalten. Was heruntergeladen ist, bleibt; von dort geht es weiter.</translation>
    </message>
    <message>
        <source>%1 free in %2</source>
        <translation>%1 frei in %2</translation>
    </message>
    <message>
        <source>Fetch %1</source>
        <translation>%1 herunterladen</translation>
    </message>
    <message>
        <source>An NVIDIA card is here, and the libraries it needs are not. They come from %1, %2, are compared with hashes that this program brings along, and go into your own folder: %3.</source>
        <translation>Eine NVIDIA-Karte ist da, ihre Bibliotheken fehlen. Sie kommen von %1 (%2), werden mit mitgelieferten Prüfsummen verglichen und liegen dann in deinem eigenen Ordner: %3.</translation>
    </message>
    <message>
        <source>That is too little room. Free some, then come back.</source>
        <translation>Das ist zu wenig Platz. Schaffe welchen und komm dann wieder.</translation>
    </message>
</context>
<context>
    <name>reelquery::HeardSubtitles</name>
    <message>
        <source>No subtitles were made of “%1”: %2</source>
        <translation>Von „%1“ wurden keine Untertitel gemacht: %2</translation>
    </message>
    <message>
        <source>Nobody speaks in “%1”.</source>
        <translation>In „%1“ spricht niemand.</translation>
    </message>
    <message>
        <source>The subtitles of “%1” were made, but could not be kept.</source>
        <translation>Die Untertitel von „%1“ sind gemacht, ließen sich aber nicht aufheben.</translation>
    </message>
    <message>
        <source>The subtitles of “%1” are made; they are there when it is opened again.</source>
        <translation>Die Untertitel von „%1“ sind gemacht; sie sind da, wenn es wieder geöffnet wird.</translation>
    </message>
    <message>
        <source>The subtitles of “%1” are shown over the picture, and the model reads them with the next question.</source>
        <translation>Die Untertitel von „%1“ stehen über dem Bild, und das Modell liest sie bei der nächsten Frage.</translation>
    </message>
</context>
<context>
    <name>reelquery::KeyEdit</name>
    <message>
        <source>Press a key…</source>
        <translation>Taste drücken …</translation>
    </message>
</context>
<context>
    <name>reelquery::KeySheet</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>Neue Zeile</translation>
    </message>
    <message>
        <source>To 0 % … 90 %</source>
        <translation>Zu 0 % … 90 %</translation>
    </message>
</context>
<context>
    <name>reelquery::KeysPage</name>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Keys of the commands</source>
        <translation>Tasten der Befehle</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Key for %1</source>
        <translation>Taste für %1</translation>
    </message>
    <message>
        <source>Restore the usual keys</source>
        <translation>Übliche Tasten wiederherstellen</translation>
    </message>
    <message>
        <source>Take it</source>
        <translation>Übernehmen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Lassen</translation>
    </message>
    <message>
        <source>“Stop” keeps its key: an answer must always be able to be stopped.</source>
        <translation>„Anhalten“ behält seine Taste: Eine Antwort muss sich immer anhalten lassen.</translation>
    </message>
    <message>
        <source>The digits jump to tenths of the video.</source>
        <translation>Die Ziffern springen zu Zehnteln des Videos.</translation>
    </message>
    <message>
        <source>%1 is the only key of “%2”, which must have one.</source>
        <translation>%1 ist die einzige Taste von „%2“, das eine haben muss.</translation>
    </message>
    <message>
        <source>%1 is a key of “%2”, which would lose it.</source>
        <translation>%1 ist eine Taste von „%2“, das sie verlöre.</translation>
    </message>
</context>
<context>
    <name>reelquery::LedgerView</name>
    <message>
        <source>Times, tokens and memory of each answer appear here.</source>
        <translation>Zeiten, Tokens und Speicher jeder Antwort stehen hier.</translation>
    </message>
    <message>
        <source>Figures of the answer</source>
        <translation>Zahlen zur Antwort</translation>
    </message>
    <message>
        <source>Dense and sparse, figure by figure</source>
        <translation>Dicht und dünn besetzt, Zahl für Zahl</translation>
    </message>
    <message>
        <source>No verdict: both sides have to finish for one.</source>
        <translation>Kein Urteil: Dafür müssen beide Seiten fertig werden.</translation>
    </message>
    <message>
        <source>The verdict comes when both sides have finished.</source>
        <translation>Das Urteil kommt, wenn beide Seiten fertig sind.</translation>
    </message>
</context>
<context>
    <name>reelquery::LibraryNotices</name>
    <message>
        <source>The conversation could not be saved: %1.</source>
        <translation>Das Gespräch konnte nicht gespeichert werden: %1.</translation>
    </message>
    <message>
        <source>It is kept in this window, and saving is tried again. Until then it can be exported.</source>
        <translation>Es bleibt in diesem Fenster, und das Speichern wird erneut versucht. Bis dahin lässt es sich exportieren.</translation>
    </message>
    <message>
        <source>All conversations are saved now.</source>
        <translation>Alle Gespräche sind jetzt gespeichert.</translation>
    </message>
    <message>
        <source>“%1” was changed by another window of this program. This one goes on in a copy; both are in the library.</source>
        <translation>„%1“ wurde in einem anderen Fenster dieses Programms geändert. Dieses macht in einer Kopie weiter; beide sind in der Sammlung.</translation>
    </message>
    <message>
        <source>The conversation was removed. It stays in the bin.</source>
        <translation>Das Gespräch wurde entfernt. Es bleibt im Papierkorb.</translation>
    </message>
    <message>
        <source>“%1” was removed. It stays in the bin.</source>
        <translation>„%1“ wurde entfernt. Es bleibt im Papierkorb.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>The conversation could not be removed: %1.</source>
        <translation>Das Gespräch konnte nicht entfernt werden: %1.</translation>
    </message>
    <message>
        <source>The conversation could not be brought back: %1.</source>
        <translation>Das Gespräch konnte nicht zurückgeholt werden: %1.</translation>
    </message>
    <message>
        <source>It stays in the bin.</source>
        <translation>Es bleibt im Papierkorb.</translation>
    </message>
    <message>
        <source>The conversation could not be renamed: %1.</source>
        <translation>Das Gespräch konnte nicht umbenannt werden: %1.</translation>
    </message>
    <message>
        <source>Conversations cannot be saved: %1.</source>
        <translation>Gespräche können nicht gespeichert werden: %1.</translation>
    </message>
    <message>
        <source>They are kept in this window until it is possible again. The folder is %1.</source>
        <translation>Sie bleiben in diesem Fenster, bis es wieder geht. Der Ordner ist %1.</translation>
    </message>
    <message>
        <source>New ones are kept in this window until it is possible again; those of before are not touched. The folder is %1.</source>
        <translation>Neue bleiben in diesem Fenster, bis es wieder geht; die bisherigen werden nicht angetastet. Der Ordner ist %1.</translation>
    </message>
    <message>
        <source>The library was removed while it was open. It has been written again, to %1.</source>
        <translation>Die Sammlung wurde entfernt, während sie offen war. Sie wurde neu geschrieben, nach %1.</translation>
    </message>
    <message numerus="yes">
        <source>It holds conversations of before, and beside it are %n more such file(s). This is said until it is dealt with.</source>
        <translation>
            <numerusform>Darin sind bisherige Gespräche, und daneben liegt noch %n solche Datei. Dieser Hinweis bleibt, bis das erledigt ist.</numerusform>
            <numerusform>Darin sind bisherige Gespräche, und daneben liegen noch %n solche Dateien. Dieser Hinweis bleibt, bis das erledigt ist.</numerusform>
        </translation>
    </message>
    <message>
        <source>It holds the conversations of before. This is said until it is dealt with.</source>
        <translation>Darin sind die bisherigen Gespräche. Dieser Hinweis bleibt, bis das erledigt ist.</translation>
    </message>
    <message>
        <source>A damaged library was set aside as “%1”.</source>
        <translation>Eine beschädigte Sammlung wurde als „%1“ beiseitegelegt.</translation>
    </message>
    <message>
        <source>Bring back what can be read</source>
        <translation>Lesbares zurückholen</translation>
    </message>
    <message>
        <source>Show the folder</source>
        <translation>Ordner zeigen</translation>
    </message>
    <message>
        <source>Do not say it again</source>
        <translation>Nicht mehr anzeigen</translation>
    </message>
    <message numerus="yes">
        <source>%n conversation(s) came back. The file stays where it is.</source>
        <translation>
            <numerusform>%n Gespräch ist zurück. Die Datei bleibt, wo sie ist.</numerusform>
            <numerusform>%n Gespräche sind zurück. Die Datei bleibt, wo sie ist.</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing in “%1” can be read.</source>
        <translation>In „%1“ ist nichts lesbar.</translation>
    </message>
    <message>
        <source>The file stays where it is, for other tools to try.</source>
        <translation>Die Datei bleibt, wo sie ist, für andere Werkzeuge.</translation>
    </message>
</context>
<context>
    <name>reelquery::LibraryPanel</name>
    <message>
        <source>Search conversations</source>
        <translation>Gespräche durchsuchen</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Neues Gespräch</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Gespräche</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>Ohne Titel</translation>
    </message>
    <message>
        <source>Conversations are kept here as you go.</source>
        <translation>Gespräche werden hier laufend aufbewahrt.</translation>
    </message>
    <message>
        <source>Nothing found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Search…</source>
        <translation>Suchen …</translation>
    </message>
    <message>
        <source>Rename conversation</source>
        <translation>Gespräch umbenennen</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>Titel</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Bin</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>Conversations that were removed in the last 30 days</source>
        <translation>Gespräche, die in den letzten 30 Tagen entfernt wurden</translation>
    </message>
    <message>
        <source>not saved</source>
        <translation>nicht gespeichert</translation>
    </message>
    <message>
        <source>answering…</source>
        <translation>antwortet …</translation>
    </message>
    <message>
        <source>not opened yet</source>
        <translation>noch nicht geöffnet</translation>
    </message>
    <message>
        <source>The library cannot be read: %1.</source>
        <translation>Die Sammlung lässt sich nicht lesen: %1.</translation>
    </message>
    <message>
        <source>The bin is empty.</source>
        <translation>Der Papierkorb ist leer.</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>Alle entfernen</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>Endgültig löschen</translation>
    </message>
</context>
<context>
    <name>reelquery::MainWindow</name>
    <message>
        <source>Conversation</source>
        <translation>Gespräch</translation>
    </message>
    <message>
        <source>Ledger</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Sammlung</translation>
    </message>
    <message>
        <source>%1 – Reelquery</source>
        <translation>%1 – Reelquery</translation>
    </message>
    <message>
        <source>Questions can be asked all the same: the model reads the file by itself.</source>
        <translation>Fragen geht trotzdem: Das Modell liest die Datei selbst.</translation>
    </message>
    <message>
        <source>The clipboard holds no path of a video.</source>
        <translation>In der Zwischenablage steht kein Pfad eines Videos.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Question %1 was asked anew. What was there is kept as version %2.</source>
        <translation>Frage %1 wurde neu gestellt. Was da war, bleibt als Version %2.</translation>
    </message>
</context>
<context>
    <name>reelquery::ModelButton</name>
    <message>
        <source>No model</source>
        <translation>Kein Modell</translation>
    </message>
    <message>
        <source>The model that answers</source>
        <translation>Das Modell, das antwortet</translation>
    </message>
    <message>
        <source>The model that answers: %1</source>
        <translation>Das Modell, das antwortet: %1</translation>
    </message>
    <message>
        <source>Model %1</source>
        <translation>Modell %1</translation>
    </message>
</context>
<context>
    <name>reelquery::ModelView</name>
    <message>
        <source>Ask a question to see the frames the model looks at</source>
        <translation>Stelle eine Frage, um die Bilder zu sehen, die das Modell ansieht</translation>
    </message>
    <message>
        <source>Frames the model saw</source>
        <translation>Bilder, die das Modell gesehen hat</translation>
    </message>
    <message>
        <source>Frame %1 of %2 · %3 · %4 × %5 pixels, as the model sees it</source>
        <translation>Bild %1 von %2 · %3 · %4 × %5 Pixel, wie das Modell es sieht</translation>
    </message>
</context>
<context>
    <name>reelquery::ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>Modelle auf diesem Rechner</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>Dieses Modell nehmen</translation>
    </message>
    <message>
        <source>Add folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Search again</source>
        <translation>Neu suchen</translation>
    </message>
    <message>
        <source>Not usable: %1 · %2</source>
        <translation>Nicht nutzbar: %1 · %2</translation>
    </message>
    <message>
        <source>Found through %1</source>
        <translation>Gefunden über %1</translation>
    </message>
    <message>
        <source>%1, in use</source>
        <translation>%1, in Gebrauch</translation>
    </message>
    <message>
        <source>Searching this computer…</source>
        <translation>Durchsucht diesen Rechner …</translation>
    </message>
    <message>
        <source>No model was found. Add the folder that holds one, or get one as shown below.</source>
        <translation>Kein Modell gefunden. Füge den Ordner hinzu, in dem eines liegt, oder lade eines herunter wie unten gezeigt.</translation>
    </message>
    <message numerus="yes">
        <source>%n model(s) on this computer. Folders are read only, nothing is copied.</source>
        <translation>
            <numerusform>%n Modell auf diesem Rechner. Ordner werden nur gelesen, nichts wird kopiert.</numerusform>
            <numerusform>%n Modelle auf diesem Rechner. Ordner werden nur gelesen, nichts wird kopiert.</numerusform>
        </translation>
    </message>
    <message>
        <source>Folder with a model</source>
        <translation>Ordner mit einem Modell</translation>
    </message>
    <message>
        <source>%1K %2</source>
        <translation>%1K %2</translation>
    </message>
    <message>
        <source>%1K %2, does not fit</source>
        <translation>%1K %2, passt nicht</translation>
    </message>
    <message>
        <source>Memory by video tokens: %1</source>
        <translation>Speicher nach Video-Tokens: %1</translation>
    </message>
    <message>
        <source>complete · %1</source>
        <translation>vollständig · %1</translation>
    </message>
    <message>
        <source>speech model: makes subtitles, answers nothing · %1</source>
        <translation>Sprachmodell: macht Untertitel, beantwortet nichts · %1</translation>
    </message>
</context>
<context>
    <name>reelquery::MomentRow</name>
    <message>
        <source>Where the model looked, not proof</source>
        <translation>Wohin das Modell gesehen hat – kein Beweis</translation>
    </message>
    <message>
        <source>How much attention the question and the answer paid to each part of the video. An answer can look at the right place and still be wrong.</source>
        <translation>Wie viel Attention Frage und Antwort den Teilen des Videos schenkten. Eine Antwort kann an die richtige Stelle sehen und doch falsch sein.</translation>
    </message>
    <message>
        <source>Look closer</source>
        <translation>Genauer hinsehen</translation>
    </message>
    <message>
        <source>Ask again with frames from these moments only, more of them and larger</source>
        <translation>Noch einmal fragen, nur mit Bildern aus diesen Stellen, mehr und größeren</translation>
    </message>
    <message>
        <source>%1: %2 of the attention on the video. Click to go there.</source>
        <translation>%1: %2 der Attention auf das Video. Klicken, um dorthin zu springen.</translation>
    </message>
    <message>
        <source>Moment %1, %2 of the attention</source>
        <translation>Stelle %1, %2 der Attention</translation>
    </message>
</context>
<context>
    <name>reelquery::MomentsDialog</name>
    <message>
        <source>Chapters for FFmpeg (.ffmeta)</source>
        <translation>Kapitel für FFmpeg (.ffmeta)</translation>
    </message>
    <message>
        <source>Chapters for Matroska (.xml)</source>
        <translation>Kapitel für Matroska (.xml)</translation>
    </message>
    <message>
        <source>Chapters as plain text, OGM (.txt)</source>
        <translation>Kapitel als einfacher Text, OGM (.txt)</translation>
    </message>
    <message>
        <source>Captions, WebVTT (.vtt)</source>
        <translation>Untertitel, WebVTT (.vtt)</translation>
    </message>
    <message>
        <source>Captions, SubRip (.srt)</source>
        <translation>Untertitel, SubRip (.srt)</translation>
    </message>
    <message>
        <source>Cut list for video editors, CMX 3600 (.edl)</source>
        <translation>Schnittliste für Schnittprogramme, CMX 3600 (.edl)</translation>
    </message>
    <message>
        <source>Cut list for mpv (.mpv.edl)</source>
        <translation>Schnittliste für mpv (.mpv.edl)</translation>
    </message>
    <message>
        <source>Playlist for VLC (.xspf)</source>
        <translation>Wiedergabeliste für VLC (.xspf)</translation>
    </message>
    <message>
        <source>Each chapter lasts up to the next.</source>
        <translation>Jedes Kapitel dauert bis zum nächsten.</translation>
    </message>
    <message>
        <source>A moment without an end lasts up to the next, at most 5 seconds.</source>
        <translation>Eine Stelle ohne Ende dauert bis zur nächsten, höchstens 5 Sekunden.</translation>
    </message>
    <message>
        <source>Time codes count %1 frames a second from 00:00:00:00.</source>
        <translation>Die Timecodes zählen %1 Bilder je Sekunde ab 00:00:00:00.</translation>
    </message>
    <message>
        <source>The file says where the video lies.</source>
        <translation>Die Datei nennt den Ort des Videos.</translation>
    </message>
    <message>
        <source>Export moments</source>
        <translation>Stellen exportieren</translation>
    </message>
    <message>
        <source>The times that answers name; where an answer names none, where the model looked. Untick what is not wanted; the words can be changed.</source>
        <translation>Die Zeiten aus den Antworten; nennt eine Antwort keine, die Stellen, die das Modell angesehen hat. Einträge lassen sich abwählen, ihre Texte ändern.</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>Frage</translation>
    </message>
    <message>
        <source>All questions</source>
        <translation>Alle Fragen</translation>
    </message>
    <message>
        <source>Moments</source>
        <translation>Stellen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>No answer names a time that the model saw.</source>
        <translation>Keine Antwort nennt eine Zeit, die das Modell gesehen hat.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>&amp;Format</translation>
    </message>
    <message>
        <source>&amp;Copy as text</source>
        <translation>Als Text &amp;kopieren</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>Double-click to go there</source>
        <translation>Doppelklick springt dorthin</translation>
    </message>
    <message>
        <source>Exported to %1.</source>
        <translation>Nach %1 exportiert.</translation>
    </message>
    <message>
        <source>Choose another folder or name.</source>
        <translation>Wähle einen anderen Ordner oder Namen.</translation>
    </message>
    <message>
        <source>“%1” is the video itself.</source>
        <translation>„%1“ ist das Video selbst.</translation>
    </message>
    <message>
        <source>None of the moments lies inside the video.</source>
        <translation>Keine der Stellen liegt im Video.</translation>
    </message>
    <message>
        <source>%1 – moments</source>
        <translation>%1 – Stellen</translation>
    </message>
</context>
<context>
    <name>reelquery::MpvPlayer</name>
    <message>
        <source>Playback is not available: libmpv did not start.</source>
        <translation>Wiedergabe ist nicht möglich: libmpv ließ sich nicht starten.</translation>
    </message>
    <message>
        <source>“%1” cannot be played: %2.</source>
        <translation>„%1“ lässt sich nicht abspielen: %2.</translation>
    </message>
    <message>
        <source>The picture could not be saved to “%1”.</source>
        <translation>Das Bild konnte nicht nach „%1“ gespeichert werden.</translation>
    </message>
</context>
<context>
    <name>reelquery::NoticeBar</name>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Schließen</translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>noch %n</numerusform>
            <numerusform>noch %n</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::PhaseBar</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
</context>
<context>
    <name>reelquery::PictureEcho</name>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
</context>
<context>
    <name>reelquery::PlanLine</name>
    <message>
        <source>Forecast</source>
        <translation>Vorhersage</translation>
    </message>
    <message>
        <source> of %1 × %2</source>
        <translation> mit %1 × %2</translation>
    </message>
    <message>
        <source> · about %1 tokens · %2 · %3 of memory</source>
        <translation> · etwa %1 Tokens · %2 · %3 Speicher</translation>
    </message>
    <message>
        <source>Does not fit: %1 tokens need %2 of memory, %3 are free.</source>
        <translation>Passt nicht: %1 Tokens brauchen %2 Speicher, %3 sind frei.</translation>
    </message>
    <message>
        <source> Choose a smaller model.</source>
        <translation> Wähle ein kleineres Modell.</translation>
    </message>
    <message>
        <source> · about %1 tokens and %2 go to %3</source>
        <translation> · etwa %1 Tokens und %2 gehen an %3</translation>
    </message>
    <message>
        <source>, not encrypted</source>
        <translation>, unverschlüsselt</translation>
    </message>
</context>
<context>
    <name>reelquery::PlayerView</name>
    <message>
        <source>Video picture</source>
        <translation>Videobild</translation>
    </message>
</context>
<context>
    <name>reelquery::ProgramsPage</name>
    <message>
        <source>Let other programs ask</source>
        <translation>Andere Programme fragen lassen</translation>
    </message>
    <message>
        <source>Chat windows, editors and scripts with an OpenAI interface ask the model that answers here about videos. They must be on this computer, have the key, and see only the folders below. It ends when this window is closed.</source>
        <translation>Chatfenster, Editoren und Skripte mit OpenAI-Schnittstelle fragen das Modell, das hier antwortet, nach Videos. Sie müssen auf diesem Rechner laufen, den Schlüssel haben und sehen nur die Ordner unten. Es endet, wenn dieses Fenster geschlossen wird.</translation>
    </message>
    <message>
        <source>&amp;Let other programs on this computer ask</source>
        <translation>Andere Programme auf diesem Rechner &amp;fragen lassen</translation>
    </message>
    <message>
        <source>any that is free</source>
        <translation>irgendein freier</translation>
    </message>
    <message>
        <source>&amp;Port</source>
        <translation>&amp;Port</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>Adresse kopieren</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>Copy the model&apos;s name</source>
        <translation>Namen des Modells kopieren</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>&amp;Schlüssel</translation>
    </message>
    <message>
        <source>Copy the key</source>
        <translation>Schlüssel kopieren</translation>
    </message>
    <message>
        <source>&amp;Show the key</source>
        <translation>Schlüssel &amp;zeigen</translation>
    </message>
    <message>
        <source>while it is on</source>
        <translation>solange es an ist</translation>
    </message>
    <message>
        <source>&amp;Folders whose videos they may name</source>
        <translation>&amp;Ordner, deren Videos sie nennen dürfen</translation>
    </message>
    <message>
        <source>Folders whose videos other programs may name</source>
        <translation>Ordner, deren Videos andere Programme nennen dürfen</translation>
    </message>
    <message>
        <source>A&amp;dd a folder…</source>
        <translation>Ordner &amp;hinzufügen …</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Remove the chosen folder</source>
        <translation>Den gewählten Ordner entfernen</translation>
    </message>
    <message>
        <source>A folder whose videos other programs may name</source>
        <translation>Ein Ordner, dessen Videos andere Programme nennen dürfen</translation>
    </message>
    <message>
        <source>On, but no model of this computer answers: choose one on the Models page.</source>
        <translation>An, aber kein Modell dieses Rechners antwortet: Wähle eines auf der Seite „Modelle“.</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
        <source>On. Programs can send videos along; none of this computer&apos;s may be named, as no folder is allowed.</source>
        <translation>An. Programme können Videos mitschicken; von diesem Rechner dürfen sie keines nennen, da kein Ordner erlaubt ist.</translation>
    </message>
    <message>
        <source>On.</source>
        <translation>An.</translation>
    </message>
    <message>
        <source>Closing…</source>
        <translation>Wird beendet …</translation>
    </message>
    <message>
        <source>Off: nothing can connect.</source>
        <translation>Aus: Nichts kann sich verbinden.</translation>
    </message>
    <message numerus="yes">
        <source>%n question(s) since it was switched on,</source>
        <translation>
            <numerusform>%n Frage, seit es eingeschaltet ist,</numerusform>
            <numerusform>%n Fragen, seit es eingeschaltet ist,</numerusform>
        </translation>
    </message>
    <message>
        <source>the last at %1.</source>
        <translation>die letzte um %1.</translation>
    </message>
    <message>
        <source>the last at %1 by %2.</source>
        <translation>die letzte um %1 von %2.</translation>
    </message>
    <message>
        <source>Nobody has asked yet.</source>
        <translation>Noch hat niemand gefragt.</translation>
    </message>
    <message numerus="yes">
        <source>%n time(s) somebody without the key was turned away.</source>
        <translation>
            <numerusform>%n-mal wurde jemand ohne Schlüssel abgewiesen.</numerusform>
            <numerusform>%n-mal wurde jemand ohne Schlüssel abgewiesen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>What is being asked is still answered (%n question(s)); then the change takes effect. Switching it off stops that at once.</source>
        <translation>
            <numerusform>%n laufende Frage wird noch beantwortet; danach gilt die Änderung. Ausschalten bricht sie sofort ab.</numerusform>
            <numerusform>%n laufende Fragen werden noch beantwortet; danach gilt die Änderung. Ausschalten bricht sie sofort ab.</numerusform>
        </translation>
    </message>
    <message>
        <source>The last one that failed here: %1.</source>
        <translation>Zuletzt scheiterte hier: %1.</translation>
    </message>
</context>
<context>
    <name>reelquery::ProgressStrip</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Beginnt …</translation>
    </message>
    <message>
        <source>Sparse</source>
        <translation>Dünn besetzt</translation>
    </message>
    <message>
        <source>Dense</source>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>%1, warm-up</source>
        <translation>%1, Aufwärmen</translation>
    </message>
    <message>
        <source>%1, round %2 of %3</source>
        <translation>%1, Runde %2 von %3</translation>
    </message>
    <message>
        <source>%1 left in this step</source>
        <translation>noch %1 für diesen Schritt</translation>
    </message>
    <message>
        <source>%1 left in all</source>
        <translation>insgesamt noch %1</translation>
    </message>
    <message numerus="yes">
        <source>%n pass(es)</source>
        <translation>
            <numerusform>%n Durchgang</numerusform>
            <numerusform>%n Durchgänge</numerusform>
        </translation>
    </message>
    <message>
        <source>Reading the file through, once: %1</source>
        <translation>Liest die Datei einmal ganz durch: %1</translation>
    </message>
</context>
<context>
    <name>reelquery::QuestionBox</name>
    <message>
        <source>Your question</source>
        <translation>Deine Frage</translation>
    </message>
    <message>
        <source>Ask about the video…</source>
        <translation>Frage zum Video …</translation>
    </message>
</context>
<context>
    <name>reelquery::RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Clear list</source>
        <translation>Liste &amp;leeren</translation>
    </message>
</context>
<context>
    <name>reelquery::ResumePlayback</name>
    <message>
        <source>Goes on at %1</source>
        <translation>Weiter bei %1</translation>
    </message>
    <message>
        <source>From the start</source>
        <translation>Von vorn</translation>
    </message>
</context>
<context>
    <name>reelquery::SeenFrames</name>
    <message>
        <source>Frame %1 of %2 at %3</source>
        <translation>Bild %1 von %2 bei %3</translation>
    </message>
</context>
<context>
    <name>reelquery::SelfTest</name>
    <message>
        <source>Stopped.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>No picture could be written to %1.</source>
        <translation>In %1 konnte kein Bild geschrieben werden.</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
        <source>%1 on %2 as %3, %4 of weights, loaded in %5.</source>
        <translation>%1 auf %2 als %3, %4 Gewichte, in %5 geladen.</translation>
    </message>
    <message>
        <source>Asking about a drawn picture…</source>
        <translation>Frage nach einem gezeichneten Bild …</translation>
    </message>
    <message>
        <source>The model was loaded but gave no answer.</source>
        <translation>Das Modell wurde geladen, gab aber keine Antwort.</translation>
    </message>
    <message>
        <source>Dense and sparse attention gave the same answer.</source>
        <translation>Dichte und dünn besetzte Attention gaben dieselbe Antwort.</translation>
    </message>
    <message>
        <source>Dense and sparse attention gave different answers.</source>
        <translation>Dichte und dünn besetzte Attention gaben verschiedene Antworten.</translation>
    </message>
    <message>
        <source>Works: %1 Answered in %2. %3</source>
        <translation>Geht: %1 In %2 geantwortet. %3</translation>
    </message>
</context>
<context>
    <name>reelquery::SendQuestion</name>
    <message>
        <source>Send frames</source>
        <translation>Bilder senden</translation>
    </message>
    <message>
        <source>Send frames of this video to %1?</source>
        <translation>Bilder dieses Videos an %1 senden?</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s), about %1, and your words go there. The film itself stays here.</source>
        <translation>
            <numerusform>%n Bild, etwa %1, und deine Worte gehen dorthin. Der Film selbst bleibt hier.</numerusform>
            <numerusform>%n Bilder, etwa %1, und deine Worte gehen dorthin. Der Film selbst bleibt hier.</numerusform>
        </translation>
    </message>
    <message>
        <source>Frames and your words go there. The film itself stays here.</source>
        <translation>Bilder und deine Worte gehen dorthin. Der Film selbst bleibt hier.</translation>
    </message>
    <message>
        <source>They are not encrypted: others on the way can look at them.</source>
        <translation>Sie sind nicht verschlüsselt: Andere auf dem Weg können sie ansehen.</translation>
    </message>
    <message>
        <source>Where subtitles are on, what is said goes along.</source>
        <translation>Wo Untertitel eingeschaltet sind, geht auch mit, was gesagt wird.</translation>
    </message>
    <message>
        <source>You are asked once for each server.</source>
        <translation>Gefragt wird einmal für jeden Server.</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Do not send</source>
        <translation>Nicht senden</translation>
    </message>
</context>
<context>
    <name>reelquery::ServerPage</name>
    <message>
        <source>Let a server answer</source>
        <translation>Einen Server antworten lassen</translation>
    </message>
    <message>
        <source>vLLM, SGLang, llama.cpp or anything else with the OpenAI interface. The film stays here: frames of it, what is said in it where subtitles are on, and your words go there, and you are asked before the first time.</source>
        <translation>vLLM, SGLang, llama.cpp oder was sonst die OpenAI-Schnittstelle hat. Der Film bleibt hier: Bilder daraus, bei eingeschalteten Untertiteln auch, was gesagt wird, und deine Worte gehen dorthin, und vor dem ersten Mal wirst du gefragt.</translation>
    </message>
    <message>
        <source>the only one it has</source>
        <translation>das einzige, das er hat</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keiner</translation>
    </message>
    <message>
        <source>&amp;Address</source>
        <translation>&amp;Adresse</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>&amp;Modell</translation>
    </message>
    <message>
        <source>&amp;Key</source>
        <translation>&amp;Schlüssel</translation>
    </message>
    <message>
        <source>Use this server</source>
        <translation>Diesen Server nehmen</translation>
    </message>
    <message>
        <source>%1 answers. Using any model of this computer takes its place again.</source>
        <translation>%1 antwortet. Wer ein Modell dieses Rechners nimmt, ersetzt ihn wieder.</translation>
    </message>
    <message>
        <source>Asking %1 what it is…</source>
        <translation>%1 wird gefragt, was er ist …</translation>
    </message>
    <message>
        <source>The key cannot be stored and holds until Reelquery ends.</source>
        <translation>Der Schlüssel lässt sich nicht speichern und gilt, bis Reelquery endet.</translation>
    </message>
</context>
<context>
    <name>reelquery::SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Seiten</translation>
    </message>
</context>
<context>
    <name>reelquery::ShownExchange</name>
    <message>
        <source>Closer</source>
        <translation>Genauer</translation>
    </message>
    <message>
        <source>First</source>
        <translation>Zuerst</translation>
    </message>
    <message>
        <source>%1, closer</source>
        <translation>%1, genauer</translation>
    </message>
</context>
<context>
    <name>reelquery::SpeechDialog</name>
    <message>
        <source>Subtitles from speech</source>
        <translation>Untertitel aus der Sprache</translation>
    </message>
    <message>
        <source>What is said is heard on this computer and kept for the next time. You can go on asking meanwhile.</source>
        <translation>Was gesagt wird, hört dieser Rechner selbst und hebt es für das nächste Mal auf. Inzwischen kannst du weiter fragen.</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Beginnt …</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Speech model</source>
        <translation>Sprachmodell</translation>
    </message>
    <message>
        <source>&amp;Speech model</source>
        <translation>&amp;Sprachmodell</translation>
    </message>
    <message>
        <source>Spoken language</source>
        <translation>Gesprochene Sprache</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Spoken &amp;language</source>
        <translation>&amp;Gesprochene Sprache</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Lines that were heard</source>
        <translation>Gehörte Zeilen</translation>
    </message>
    <message>
        <source>&amp;Export subtitles…</source>
        <translation>Untertitel &amp;exportieren …</translation>
    </message>
    <message>
        <source>No video is open</source>
        <translation>Kein Video ist geöffnet</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Make subtitles</source>
        <translation>Untertitel machen</translation>
    </message>
    <message>
        <source>This video has no sound.</source>
        <translation>Dieses Video hat keinen Ton.</translation>
    </message>
    <message>
        <source>Loading the speech model</source>
        <translation>Das Sprachmodell wird geladen</translation>
    </message>
    <message>
        <source>Reading the sound</source>
        <translation>Der Ton wird gelesen</translation>
    </message>
    <message>
        <source>Listening: %1 of %2</source>
        <translation>Hört zu: %1 von %2</translation>
    </message>
    <message>
        <source>Confidence %1</source>
        <translation>Sicherheit %1</translation>
    </message>
    <message>
        <source>%1: the model was not sure of this line</source>
        <translation>%1: Dieser Zeile war sich das Modell nicht sicher</translation>
    </message>
    <message>
        <source>Nobody speaks in it.</source>
        <translation>Es spricht niemand darin.</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation>
            <numerusform>%n Zeile</numerusform>
            <numerusform>%n Zeilen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n doubtful, marked (?)</source>
        <translation>
            <numerusform>%n zweifelhafte, mit (?)</numerusform>
            <numerusform>%n zweifelhafte, mit (?)</numerusform>
        </translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Export subtitles</source>
        <translation>Untertitel exportieren</translation>
    </message>
    <message>
        <source>SubRip (*.srt);;WebVTT (*.vtt);;JSON with words (*.json)</source>
        <translation>SubRip (*.srt);;WebVTT (*.vtt);;JSON mit Wörtern (*.json)</translation>
    </message>
    <message>
        <source>Exported to %1.</source>
        <translation>Nach %1 exportiert.</translation>
    </message>
    <message>
        <source>No speech model was found. Fetch one on the models page: openai/whisper-base.</source>
        <translation>Es wurde kein Sprachmodell gefunden. Lade eines auf der Seite „Modelle“ herunter: openai/whisper-base.</translation>
    </message>
</context>
<context>
    <name>reelquery::StartHints</name>
    <message>
        <source>Choose a model…</source>
        <translation>Modell wählen …</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>Noch kein Modell</translation>
    </message>
    <message>
        <source>Choose a model that is on this computer. Videos can be played without one.</source>
        <translation>Wähle ein Modell, das auf diesem Rechner liegt. Abspielen geht auch ohne.</translation>
    </message>
    <message>
        <source>Open a video to begin</source>
        <translation>Öffne zuerst ein Video</translation>
    </message>
    <message>
        <source>Drop it anywhere on this window, then ask what happens in it.</source>
        <translation>Lege es irgendwo in diesem Fenster ab und frage, was darin geschieht.</translation>
    </message>
    <message>
        <source>What do you want to know?</source>
        <translation>Was möchtest du wissen?</translation>
    </message>
    <message>
        <source>Answers name the moments they rest on. The sound is not heard.</source>
        <translation>Antworten nennen die Stellen, auf denen sie beruhen. Der Ton wird nicht gehört.</translation>
    </message>
    <message>
        <source>What happens in this video?</source>
        <translation>Was geschieht in diesem Video?</translation>
    </message>
    <message>
        <source>List the main events with their times.</source>
        <translation>Nenne die wichtigsten Ereignisse mit ihren Zeiten.</translation>
    </message>
    <message>
        <source>Who or what can be seen, and when for the first time?</source>
        <translation>Wer oder was ist zu sehen, und wann zum ersten Mal?</translation>
    </message>
</context>
<context>
    <name>reelquery::StoragePage</name>
    <message>
        <source>What is kept</source>
        <translation>Was aufbewahrt wird</translation>
    </message>
    <message>
        <source>All of it lies on this machine and is for your eyes only. Videos and models themselves are only read.</source>
        <translation>Alles liegt auf diesem Rechner und ist nur für dich lesbar. Videos und Modelle selbst werden nur gelesen.</translation>
    </message>
    <message>
        <source>&amp;Remember where films were left</source>
        <translation>&amp;Merken, wo Filme verlassen wurden</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Show the folder of: %1</source>
        <translation>Ordner zeigen: %1</translation>
    </message>
    <message>
        <source>Conversations, pictures of their moments, settings</source>
        <translation>Gespräche, Bilder ihrer Stellen, Einstellungen</translation>
    </message>
    <message>
        <source>What the model saw and heard of videos, how fast this machine is</source>
        <translation>Was das Modell von Videos gesehen und gehört hat, wie schnell dieser Rechner ist</translation>
    </message>
    <message>
        <source>The log, without questions and answers</source>
        <translation>Das Protokoll, ohne Fragen und Antworten</translation>
    </message>
    <message>
        <source>Videos that something is kept of</source>
        <translation>Videos, von denen etwas aufbewahrt wird</translation>
    </message>
    <message>
        <source>Video</source>
        <translation>Video</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Gespräche</translation>
    </message>
    <message>
        <source>Seen</source>
        <translation>Gesehen</translation>
    </message>
    <message>
        <source>Heard</source>
        <translation>Gehört</translation>
    </message>
    <message>
        <source>Left at</source>
        <translation>Verlassen bei</translation>
    </message>
    <message>
        <source>&amp;Forget…</source>
        <translation>&amp;Vergessen …</translation>
    </message>
    <message>
        <source>Forget it for good</source>
        <translation>Endgültig vergessen</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>a video without a name</source>
        <translation>ein Video ohne Namen</translation>
    </message>
    <message>
        <source>Nothing is kept of any video.</source>
        <translation>Von keinem Video wird etwas aufbewahrt.</translation>
    </message>
    <message>
        <source>%1 in all of what was seen and heard.</source>
        <translation>Insgesamt %1 an Gesehenem und Gehörtem.</translation>
    </message>
    <message>
        <source>What is kept of this video goes. The video itself stays.</source>
        <translation>Was von diesem Video aufbewahrt wird, wird gelöscht. Das Video selbst bleibt.</translation>
    </message>
    <message>
        <source>What is kept of “%1” goes. The video itself stays.</source>
        <translation>Was von „%1“ aufbewahrt wird, wird gelöscht. Das Video selbst bleibt.</translation>
    </message>
    <message numerus="yes">
        <source>What is kept of “%1” goes, with %n conversation(s) about it. The video itself stays.</source>
        <translation>
            <numerusform>Was von „%1“ aufbewahrt wird, wird gelöscht, auch %n Gespräch darüber. Das Video selbst bleibt.</numerusform>
            <numerusform>Was von „%1“ aufbewahrt wird, wird gelöscht, auch %n Gespräche darüber. Das Video selbst bleibt.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::SuggestedQuestions</name>
    <message>
        <source>What can be seen in this picture?</source>
        <translation>Was ist auf diesem Bild zu sehen?</translation>
    </message>
    <message>
        <source>What is written in it?</source>
        <translation>Was steht darauf geschrieben?</translation>
    </message>
</context>
<context>
    <name>reelquery::TimelineMenu</name>
    <message>
        <source>Play from %1</source>
        <translation>Ab %1 abspielen</translation>
    </message>
    <message>
        <source>Ask from %1</source>
        <translation>Ab %1 fragen</translation>
    </message>
    <message>
        <source>Ask up to %1</source>
        <translation>Bis %1 fragen</translation>
    </message>
    <message>
        <source>Copy %1</source>
        <translation>%1 kopieren</translation>
    </message>
</context>
<context>
    <name>reelquery::TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1 · named in the answer</source>
        <translation>%1 · in der Antwort genannt</translation>
    </message>
    <message>
        <source>, attention %1 of its peak</source>
        <translation>, Attention %1 der höchsten</translation>
    </message>
    <message>
        <source>, %1: attention %2 of its peak</source>
        <translation>, %1: Attention %2 der höchsten</translation>
    </message>
    <message>
        <source>Click to seek. Ticks are the frames the model saw, pins the moments an answer names, bars where the model looked, the line below how far it has watched.</source>
        <translation>Klicken springt. Striche sind die Bilder, die das Modell sah, Nadeln die Stellen, die eine Antwort nennt, Balken, wohin das Modell gesehen hat, die Linie darunter, wie weit es das Video schon angesehen hat.</translation>
    </message>
    <message>
        <source>, watched to %1</source>
        <translation>, angesehen bis %1</translation>
    </message>
</context>
<context>
    <name>reelquery::TrackMenu</name>
    <message>
        <source>&amp;Tracks</source>
        <translation>S&amp;puren</translation>
    </message>
    <message>
        <source>Picture, also for the model</source>
        <translation>Bild, auch für das Modell</translation>
    </message>
    <message>
        <source>Sound</source>
        <translation>Ton</translation>
    </message>
    <message>
        <source>Subtitles over the picture</source>
        <translation>Untertitel über dem Bild</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
</context>
<context>
    <name>reelquery::TransportBar</name>
    <message>
        <source>Playing time</source>
        <translation>Spielzeit</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>Tempo</translation>
    </message>
    <message>
        <source>Playing speed</source>
        <translation>Abspieltempo</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>Lautstärke</translation>
    </message>
</context>
<context>
    <name>reelquery::VideoInfoDialog</name>
    <message>
        <source>no</source>
        <translation>nein</translation>
    </message>
    <message>
        <source>About this video</source>
        <translation>Über dieses Video</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Frames</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>%1 a second, %2 in all</source>
        <translation>%1 je Sekunde, %2 insgesamt</translation>
    </message>
    <message>
        <source>HDR</source>
        <translation>HDR</translation>
    </message>
    <message>
        <source>interlaced</source>
        <translation>Halbbilder</translation>
    </message>
    <message>
        <source>turned by %1°</source>
        <translation>um %1° gedreht</translation>
    </message>
    <message>
        <source>cut short</source>
        <translation>abgeschnitten</translation>
    </message>
    <message>
        <source>Special</source>
        <translation>Besonderes</translation>
    </message>
    <message>
        <source>Seen by the model</source>
        <translation>Vom Modell gesehen</translation>
    </message>
    <message numerus="yes">
        <source>%n frame(s)</source>
        <translation>
            <numerusform>%n Bild</numerusform>
            <numerusform>%n Bilder</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>reelquery::WakeLock</name>
    <message>
        <source>A video is playing</source>
        <translation>Ein Video wird abgespielt</translation>
    </message>
    <message>
        <source>A question is being answered</source>
        <translation>Eine Frage wird beantwortet</translation>
    </message>
</context>
<context>
    <name>reelquery::WindowActions</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Question</source>
        <translation>&amp;Frage</translation>
    </message>
    <message>
        <source>&amp;Playback</source>
        <translation>&amp;Wiedergabe</translation>
    </message>
    <message>
        <source>&amp;Range and moments</source>
        <translation>&amp;Bereich und Stellen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
</TS>
